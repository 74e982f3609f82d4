/** Compliance reports: made of one moment, and the same from then on. */
export { ReportPage } from './report-detail-page.tsx';
export { ReportPrintPage } from './report-print-page.tsx';
export { ReportsPage } from './reports-page.tsx';
