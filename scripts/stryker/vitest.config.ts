/** The tests of the shims as Stryker runs them, once per change: a file that takes long comes late, as the first test that
 * fails ends the run. */

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

import { shims } from "../../vitest.config";

const slow = ["status", "limits", "flags", "migration", "runs"];

const place = ({ moduleId }: TestSpecification) =>
  slow.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  plugins: shims.plugins,
  test: {
    ...shims.test,
    // The table of faults is about the core.
    exclude: ["tests/shims/faults.test.ts"],
    // A change may leave a test waiting for good.
    testTimeout: 60_000,
    setupFiles: ["scripts/stryker/setup.ts"],
    sequence: { sequencer: QuickFirst },
  },
});
