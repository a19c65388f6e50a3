import { defineComponent } from "convex/server";
import clock from "./clock/convex.config";

const ledger = defineComponent("ledger");
ledger.use(clock);
export default ledger;
