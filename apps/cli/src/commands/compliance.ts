import type { Noun } from '../command/verb.ts';
import { applyReview, listReviews, replayReview, showReview } from './compliance/access-review.ts';
import {
  campaigns,
  cancel,
  deleteCampaign,
  end,
  extend,
  progress,
  start,
} from './compliance/campaigns.ts';
import { confirm, reviews } from './compliance/own-reviews.ts';
import {
  deleteReport,
  exportReport,
  makeReport,
  reports,
  showReport,
} from './compliance/reports.ts';

export const compliance: Noun = {
  notes:
    'You need compliance.export to make, export and delete reports. Each report also needs the scopes that show the same elsewhere, such as api_keys.manage_all. You need compliance.read, api_keys.read, api_keys.revoke and api_keys.manage_all to start and change review campaigns, and api_keys.read and api_keys.revoke to confirm your own keys.',
  verbs: [
    ...[listReviews, showReview, replayReview, applyReview],
    ...[reports, makeReport, showReport, exportReport, deleteReport],
    ...[campaigns, start, progress, extend, end, cancel, deleteCampaign],
    ...[reviews, confirm],
  ],
};
