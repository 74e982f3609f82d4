import { FINAL_SCOPES } from '../scopes.ts';
import { RECENT_SIGN_IN_MINUTES } from '../session.ts';

const SCOPES = FINAL_SCOPES.join(' or ');
const SIGN_IN = `needs a sign-in from the last ${RECENT_SIGN_IN_MINUTES} minutes`;

/** What every route says that gives a key its power, or gives its power out. */
export const FINAL_SCOPES_OF_KEYS = `A key with ${SCOPES} acts without a password, so granting these in a session ${SIGN_IN}`;

/** What every route says that gives a person the scopes of a role. */
export const FINAL_SCOPES_OF_ROLES = `In a session, granting anyone ${SCOPES} this way ${SIGN_IN}`;
