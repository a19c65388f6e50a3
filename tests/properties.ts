import fc from "fast-check";

// In CI properties run on the same data each time, so that what lands does not hang on luck; elsewhere they look
// further with every run.
if (process.env.CI) fc.configureGlobal({ seed: 20_260_208 });
