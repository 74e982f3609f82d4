/** Leaks: reports of keys that were found where they should not be, and what happens to these keys. */

export { dismissLeak, resolveLeak } from './close-leak.ts';
export { type LeakServices, openLeaks } from './leak-services.ts';
export { getLeakSettings, updateLeakSettings } from './leak-settings.ts';
export { getLeak, listLeaks } from './list-leaks.ts';
export { receiveGithubReport } from './receive-github-report.ts';
export { reportLeak } from './report-leak.ts';
