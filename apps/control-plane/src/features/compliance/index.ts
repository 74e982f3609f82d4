/** Compliance reports: made once of the state at a moment, and the same from then on. */
export { createComplianceReport } from './create-compliance-report.ts';
export { deleteComplianceReport } from './delete-compliance-report.ts';
export { exportComplianceReport } from './export-compliance-report.ts';
export {
  getComplianceReport,
  listComplianceReportRows,
  listComplianceReports,
} from './list-compliance-reports.ts';
