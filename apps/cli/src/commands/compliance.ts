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
    'To make, export and delete reports needs compliance.export. Each report also needs the scopes that show the same elsewhere, such as api_keys.manage_all. To start and change review campaigns needs compliance.read, api_keys.read, api_keys.revoke and api_keys.manage_all; to confirm your own keys, api_keys.read and api_keys.revoke.',
  verbs: [
    ...[listReviews, showReview, replayReview, applyReview],
    ...[reports, makeReport, showReport, exportReport, deleteReport],
    ...[campaigns, start, progress, extend, end, cancel, deleteCampaign],
    ...[reviews, confirm],
  ],
};
