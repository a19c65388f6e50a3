import { defineApp } from "convex/server";
import v2Rollout from "../../../js-shims/component/convex.config";

const app = defineApp();
app.use(v2Rollout);
export default app;
