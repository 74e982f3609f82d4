/** Runs before each test file; where files share their modules, what it imports is evaluated once. */
import './patient-waits.ts';
