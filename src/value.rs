//! Answers as trees of values.
//!
//! Every answer leaves through this one type, so that the serializer is compiled once: a derived
//! `Serialize` for each struct of an answer makes the module half as large again.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::number::exact;
use crate::text::{Piece, cut, fill};

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
    List(List),
    /// Named values.
    Object(Object),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Word(value) => serializer.serialize_str(value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(List(values)) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
            Self::Object(Object(fields)) => {
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    object.serialize_entry(name, value)?;
                }
                object.end()
            }
        }
    }
}

/// Text, or nothing where there is none.
impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }
}

/// Values in order. The methods that fill it are calls, not code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List(Vec<Value>);

impl List {
    #[inline(never)]
    pub(crate) fn put(&mut self, value: Value) {
        self.0.push(value);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, number: f64) {
        self.put(Value::Number(number));
    }

    #[inline(never)]
    pub(crate) fn word(&mut self, word: &'static str) {
        self.put(Value::Word(word));
    }

    /// A text about a count, where there is anything to count.
    #[inline(never)]
    pub(crate) fn count(&mut self, count: u64, template: &str) {
        if count > 0 {
            self.text(template, &[Piece::Count(count)]);
        }
    }

    /// A text by a template; see [`fill`].
    #[inline(never)]
    pub(crate) fn text(&mut self, template: &str, values: &[Piece<'_>]) {
        self.put(Value::Text(fill(template, values)));
    }
}

/// Named values in order. The methods that fill it are calls, not code: an answer has dozens of fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(&'static str, Value)>);

impl Object {
    #[inline(never)]
    pub(crate) fn put(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, name: &'static str, number: f64) {
        self.put(name, Value::Number(number));
    }

    #[inline(never)]
    pub(crate) fn count(&mut self, name: &'static str, count: u64) {
        self.number(name, exact(count));
    }

    #[inline(never)]
    pub(crate) fn bool(&mut self, name: &'static str, value: bool) {
        self.put(name, Value::Bool(value));
    }

    #[inline(never)]
    pub(crate) fn word(&mut self, name: &'static str, word: &'static str) {
        self.put(name, Value::Word(word));
    }

    /// A word, or null where there is none.
    #[inline(never)]
    pub(crate) fn optional_word(&mut self, name: &'static str, word: Option<&'static str>) {
        self.put(name, word.map_or(Value::Null, Value::Word));
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        self.put(name, Value::Text(text.into()));
    }

    #[inline(never)]
    pub(crate) fn list(&mut self, name: &'static str, list: List) {
        self.put(name, Value::List(list));
    }

    #[inline(never)]
    pub(crate) fn object(&mut self, name: &'static str, object: Object) {
        self.put(name, Value::Object(object));
    }

    /// An object of counts; `names` are theirs, in the same order, with spaces between them.
    #[inline(never)]
    pub(crate) fn counts(&mut self, name: &'static str, names: &'static str, counts: &[u64]) {
        let mut object = Object::default();
        let mut names = names;
        for count in counts {
            let (name, rest) = cut(names, b' ');
            object.count(name, *count);
            names = rest;
        }
        self.object(name, object);
    }
}
