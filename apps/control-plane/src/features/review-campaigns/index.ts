/** Review campaigns: owners confirm or revoke their keys until a date. */
export {
  cancelReviewCampaign,
  deleteReviewCampaign,
  endReviewCampaign,
  updateReviewCampaign,
} from './change-review-campaign.ts';
export { confirmKeyReviews } from './confirm-key-reviews.ts';
export { endReviewCampaigns } from './end-review-campaigns.ts';
export { listKeyReviews } from './list-key-reviews.ts';
export { listOwnKeyReviews } from './list-own-key-reviews.ts';
export { getReviewCampaign, listReviewCampaigns } from './list-review-campaigns.ts';
export { findPendingReviewers } from './reviewers.ts';
export { startReviewCampaign } from './start-review-campaign.ts';
