/** The filter over whole documents through serde-wasm-bindgen. */

import { type Filter, ORGANIZATION } from "./data.js";
import { buildModule } from "./module.js";

/** Null where it cannot be built. */
export async function buildWholeDocuments(): Promise<Filter | null> {
  const module = await buildModule("whole_documents");
  return (
    module &&
    (({ artifacts, transcripts }) => {
      const [ours = 0, found = 0] = module.filterWholeDocuments(artifacts, transcripts, ORGANIZATION);
      return { artifacts: ours, transcripts: found };
    })
  );
}
