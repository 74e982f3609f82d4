/** A process that stores notifications, to be killed: `storm.fixture.ts <database as JSON> <events of a batch>`. */
import { randomBytes } from 'node:crypto';
import { connect } from '../../../db/connect.ts';
import { createLog } from '../../../log.ts';
import { deriveNotifications } from '../derive-notifications.ts';

const [, , database = '', batchEvents = ''] = process.argv;
const { db } = connect(JSON.parse(database), 2, () => undefined);
const services = {
  ...{ db, randomBytes, mailer: null },
  clock: () => new Date(),
  log: createLog('silent'),
};
for (let isMore = true; isMore; ) {
  ({ isMore } = await deriveNotifications(services, Number(batchEvents)));
}
process.exit(0);
