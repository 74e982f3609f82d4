/** A process that integrates the logs of organizations, all at once and a few events at a time. */
import { connect } from '../db/connect.ts';
import { createLog } from '../log.ts';
import { createLogServices } from '../testing/log-services.ts';
import { integrateAuditLog } from './integrate.ts';

const [database = '', ...organizationIds] = process.argv.slice(2);
const { db } = connect(JSON.parse(database), organizationIds.length, () => undefined);
const services = createLogServices({ db, log: createLog('silent') });
await Promise.all(organizationIds.map((id) => integrateAuditLog(services, id, 10)));
