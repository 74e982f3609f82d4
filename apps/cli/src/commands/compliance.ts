import type { Noun } from '../command/verb.ts';
import {
  deleteReport,
  exportReport,
  makeReport,
  reports,
  showReport,
} from './compliance/reports.ts';

export const compliance: Noun = {
  notes:
    'To make, export and delete reports needs compliance.export. Each report also needs the scopes that show the same elsewhere, such as api_keys.manage_all.',
  verbs: [reports, makeReport, showReport, exportReport, deleteReport],
};
