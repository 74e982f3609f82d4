/** The only version that the server answers: a request that names none, or another, is refused. */
export const API_VERSION = '2026-10-28.endive';
