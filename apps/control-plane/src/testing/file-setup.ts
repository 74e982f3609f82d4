/** Runs before each test file, also where files share their modules. */
import './remember-scrypt.ts';
import { closeAtFileEnd } from './at-file-end.ts';

closeAtFileEnd();
