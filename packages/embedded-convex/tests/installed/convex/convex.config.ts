import { defineApp } from "convex/server";
import ledger from "./ledger/convex.config";

const app = defineApp();
app.use(ledger);
app.use(ledger, { name: "archive" });
export default app;
