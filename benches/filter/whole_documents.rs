//! The organization filter over whole documents, passed through serde-wasm-bindgen: what columns are there to avoid.
//! `scripts/bench filter` builds it and holds it against the same in plain TypeScript.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "no part of the library")]

use std::collections::HashSet;

use serde::Deserialize;
use serde_wasm_bindgen::from_value;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    organization_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    #[serde(rename = "_id")]
    id: String,
    org_context_candidates: Vec<Candidate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transcript {
    artifact_id: String,
}

/// How many artifacts are the organization's, and how many transcripts belong to them.
///
/// # Errors
/// Where a document lacks a field.
#[wasm_bindgen(js_name = "filterWholeDocuments")]
pub fn filter(artifacts: JsValue, transcripts: JsValue, organization_id: &str) -> Result<Vec<u32>, JsValue> {
    let artifacts: Vec<Artifact> = from_value(artifacts)?;
    let transcripts: Vec<Transcript> = from_value(transcripts)?;
    let is_ours = |artifact: &&Artifact| {
        let mut candidates = artifact.org_context_candidates.iter();
        candidates.any(|candidate| candidate.organization_id == organization_id)
    };
    let ids: HashSet<&str> = artifacts
        .iter()
        .filter(is_ours)
        .map(|artifact| artifact.id.as_str())
        .collect();
    let belongs = |transcript: &&Transcript| ids.contains(transcript.artifact_id.as_str());
    let count = transcripts.iter().filter(belongs).count();
    Ok([ids.len(), count]
        .map(|n| u32::try_from(n).unwrap_or(u32::MAX))
        .to_vec())
}
