/** Reporter for vitest: writes each failure to the file that FAILURES_FILE names, for the end of a run. */
import { writeFileSync } from 'node:fs';

/**
 * @typedef {{message: string, diff?: string | undefined, stacks?: {file: string, line: number}[] | undefined}} FailureError
 * @typedef {{name: string, errors: FailureError[]}} Failure
 */

export default class FailuresReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly import('vitest/node').SerializedError[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const failures = modules.flatMap(listFailures);
    if (unhandledErrors.length > 0) {
      failures.push({ name: 'Unhandled errors', errors: unhandledErrors.map(plainError) });
    }
    if (process.env.FAILURES_FILE) {
      writeFileSync(process.env.FAILURES_FILE, JSON.stringify(failures));
    }
  }
}

/**
 * @param {import('vitest/node').TestModule} module
 * @returns {Failure[]}
 */
function listFailures(module) {
  const file = module.relativeModuleId;
  const named = [
    { name: file, errors: module.errors() },
    // What failed in hooks.
    ...[...module.children.allSuites()].map((suite) => ({
      name: `${file} > ${suite.fullName}`,
      errors: suite.errors(),
    })),
    ...[...module.children.allTests('failed')].map((test) => ({
      name: `${file} > ${test.fullName}`,
      errors: test.result().errors ?? [],
    })),
  ];
  return named
    .filter(({ errors }) => errors.length > 0)
    .map(({ name, errors }) => ({ name, errors: errors.map(plainError) }));
}

/**
 * @param {import('vitest/node').SerializedError & {diff?: string}} error
 * @returns {FailureError}
 */
function plainError({ message, diff, stacks }) {
  return { message, diff, stacks: stacks?.map(({ file, line }) => ({ file, line })) };
}
