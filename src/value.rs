//! Answers as trees of values.
//!
//! Every answer leaves through this one type, so that the serializer is compiled once: a derived
//! `Serialize` for each struct of an answer makes the module half as large again.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::number::exact;

/// A value of an answer, with the shape of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing to tell. Answers say so, they never leave a field out.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// One of the words that this library answers with.
    Word(&'static str),
    /// Text made for this answer.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Named values.
    Object(Vec<(&'static str, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Word(value) => serializer.serialize_str(value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
            Self::Object(fields) => {
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    object.serialize_entry(name, value)?;
                }
                object.end()
            }
        }
    }
}

/// Builds an object. Its methods are calls, not code: an answer has dozens of fields.
#[derive(Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Value)>);

impl Object {
    #[inline(never)]
    pub(crate) fn put(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    #[inline(never)]
    pub(crate) fn count(&mut self, name: &'static str, count: u64) {
        self.put(name, Value::Number(exact(count)));
    }

    #[inline(never)]
    pub(crate) fn bool(&mut self, name: &'static str, value: bool) {
        self.put(name, Value::Bool(value));
    }

    #[inline(never)]
    pub(crate) fn word(&mut self, name: &'static str, word: &'static str) {
        self.put(name, Value::Word(word));
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, name: &'static str, text: Option<String>) {
        self.put(name, text.map_or(Value::Null, Value::Text));
    }

    #[inline(never)]
    pub(crate) fn texts(&mut self, name: &'static str, texts: Vec<String>) {
        let mut list = Vec::new();
        for text in texts {
            list.push(Value::Text(text));
        }
        self.put(name, Value::List(list));
    }

    #[inline(never)]
    pub(crate) fn end(self) -> Value {
        Value::Object(self.0)
    }
}
