import { internalQueryGeneric } from "convex/server";
import { type Infer, v } from "convex/values";

import type { Host } from "../host.js";
import { positionOf, readBehind, source } from "../reading/keyset.js";
import { Meter } from "../reading/meter.js";
import { readArtifacts } from "../reading/notes.js";
import { withReaders } from "../reading/readers.js";
import { nullable } from "../validators/common.js";

const page = v.object({
  notes: v.array(v.object({ id: v.string(), artifacts: v.number() })),
  /** Where the next page begins; null after the last note. */
  after: nullable(v.string()),
});

/** Notes with more than one linked artifact, of as many notes of an organization as one transaction may read. */
export function duplicatesFunction(host: Host) {
  return internalQueryGeneric({
    args: { organizationId: v.string(), after: nullable(v.string()) },
    returns: page,
    handler: async ({ db, ...ctx }, { organizationId, after }): Promise<Infer<typeof page>> => {
      const meter = new Meter(ctx);
      const reach = source("voiceNotes", host.indexes.notesByOrganization, organizationId);
      const room = (await meter.told()).room("noteRange");
      const { documents, isLast } = await withReaders(room, meter, (readers) =>
        readBehind(db, reach, after, readers, meter),
      );
      const linked = await readArtifacts(host, db, documents, meter);
      meter.free();
      const last = documents[linked.length - 1];
      const isEnd = last === undefined || (isLast && linked.length === documents.length);
      return {
        notes: linked.flatMap((artifacts, at) =>
          artifacts.length > 1 ? [{ id: documents[at]?._id ?? "", artifacts: artifacts.length }] : [],
        ),
        after: isEnd ? null : positionOf(reach, last),
      };
    },
  });
}
