/** Preloaded into a child: ends it, gracefully, when the process that started it is gone. */
import { Socket } from 'node:net';

const lifeline = new Socket({ fd: Number(process.env.TOLLKEEPER_LIFELINE) });
delete process.env.TOLLKEEPER_LIFELINE;
lifeline.once('close', () => process.kill(process.pid, 'SIGTERM'));
lifeline.on('error', () => lifeline.destroy());
lifeline.resume();
lifeline.unref();
