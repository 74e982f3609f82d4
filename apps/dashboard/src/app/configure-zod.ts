import { z } from 'zod';

// Compiling a schema needs eval, which the content security policy forbids; without this line
// Zod would try once and the browser would report a violation.
z.config({ jitless: true });
