/** The operator's commands, on the server's own database: `tollkeeper admin …`. */
import { runCommand } from './admin/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), process);
