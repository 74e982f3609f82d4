/** Review campaigns: their pages, and the keys that wait for a member. */
export { CampaignPage } from './campaign-detail-page.tsx';
export { CampaignsPage } from './campaigns-page.tsx';
export { OwnReviewsPage } from './own-reviews-page.tsx';
