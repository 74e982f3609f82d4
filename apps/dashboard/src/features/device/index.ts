/** Device login: letting a command line act as the member who is signed in here (RFC 8628). */
export { DevicePage } from './device-page.tsx';
