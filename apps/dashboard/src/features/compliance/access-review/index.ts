/** What the calls of each key used of its scopes. */

export { AccessReviewPage } from './access-review-page.tsx';
