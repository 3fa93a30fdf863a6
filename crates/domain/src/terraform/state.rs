//! A state, read from its beginning to its end, of which only what is watched is kept.
//!
//! States hold secrets. Of outputs and resources only fingerprints are kept, and no error tells a
//! value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use sha2::{Digest as _, Sha256};

use super::Terraform;
use crate::name::Arn;

/// What is kept of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which state it is: the same as long as it is not begun anew.
    pub lineage: String,
    /// Rises with every change.
    pub serial: u64,
    /// The task definition from which the service is to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Arn>,
    /// Fingerprints of the outputs that are there, by name.
    pub outputs: BTreeMap<String, String>,
    /// Fingerprints of the ids of the resources that are there, by address.
    pub resources: BTreeMap<String, String>,
}

/// What is to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    template: Option<String>,
    outputs: BTreeSet<String>,
    resources: BTreeSet<String>,
}

/// Why a state cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no JSON.
    NotJson,
    /// It ends in the middle.
    Truncated,
    /// It is JSON, and no state.
    NoState(String),
    /// It is encrypted, as `OpenTofu` does.
    Encrypted,
    /// It is of another version of the format than 4.
    Version(u64),
    /// It could not be got.
    Broken,
    /// The output that is to be the task definition is not: why.
    Template(String),
}

/// The only version of the format that is read: of Terraform 0.12 and later.
const VERSION: u64 = 4;

/// Reads a state to its end, and keeps what is watched.
///
/// # Errors
/// What it is instead.
pub fn read(state: impl Read, watch: &Watch) -> Result<Seen, Unreadable> {
    let mut reader = serde_json::Deserializer::from_reader(BufReader::new(state));
    let parts = (&mut reader).deserialize_map(Whole(watch)).map_err(|error| unreadable(&error))?;
    reader.end().map_err(|error| unreadable(&error))?;

    match parts {
        Parts { encrypted: true, .. } => Err(Unreadable::Encrypted),
        Parts { version: Some(version), .. } if version != VERSION => {
            Err(Unreadable::Version(version))
        }
        Parts { version: None, .. } => Err(Unreadable::NoState("it has no `version`".into())),
        Parts { lineage: None, .. } => Err(Unreadable::NoState("it has no `lineage`".into())),
        Parts { template: Some(Err(why)), .. } => Err(Unreadable::Template(why)),
        Parts { lineage: Some(lineage), serial, template, outputs, resources, .. } => {
            let template = template.and_then(Result::ok);
            Ok(Seen { lineage, serial, template, outputs, resources })
        }
    }
}

impl Watch {
    /// What one service watches.
    pub fn of(watch: &Terraform) -> Self {
        Self {
            template: watch.template.clone(),
            outputs: watch.outputs.iter().cloned().collect(),
            resources: watch.resources.iter().cloned().collect(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson => write!(f, "is not JSON"),
            Self::Truncated => write!(f, "ends in the middle"),
            Self::NoState(why) => write!(f, "is no state of Terraform: {why}"),
            Self::Encrypted => write!(f, "is encrypted, so nothing of it can be compared"),
            Self::Version(version) => {
                write!(f, "is of version {version} of the format, and only 4 is read")
            }
            Self::Broken => write!(f, "could not be read to its end"),
            Self::Template(why) => write!(f, "does not tell the task definition: {why}"),
        }
    }
}

/// The message of an error may have a value in it, so only its kind and its place are told.
fn unreadable(error: &serde_json::Error) -> Unreadable {
    match error.classify() {
        Category::Io => Unreadable::Broken,
        Category::Eof => Unreadable::Truncated,
        Category::Syntax => Unreadable::NotJson,
        Category::Data => {
            let (line, column) = (error.line(), error.column());
            Unreadable::NoState(format!("another kind of value at line {line}, column {column}"))
        }
    }
}

fn fingerprint(value: &Value) -> String {
    hex::encode(Sha256::digest(value.to_string().as_bytes()))
}

/// What was read so far.
#[derive(Default)]
struct Parts {
    version: Option<u64>,
    lineage: Option<String>,
    serial: u64,
    encrypted: bool,
    template: Option<Result<Arn, String>>,
    outputs: BTreeMap<String, String>,
    resources: BTreeMap<String, String>,
}

struct Whole<'a>(&'a Watch);

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "version" => parts.version = Some(map.next_value()?),
                "lineage" => parts.lineage = Some(map.next_value()?),
                "serial" => parts.serial = map.next_value()?,
                "outputs" => map.next_value_seed(Outputs(self.0, &mut parts))?,
                "resources" => map.next_value_seed(Resources(self.0, &mut parts))?,
                key => {
                    parts.encrypted |= key == "encrypted_data";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(parts)
    }
}

#[derive(Deserialize)]
struct Output {
    value: Value,
    #[serde(default)]
    sensitive: bool,
}

struct Outputs<'a>(&'a Watch, &'a mut Parts);

impl<'de> DeserializeSeed<'de> for Outputs<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Outputs<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outputs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(watch, parts) = self;
        while let Some(name) = map.next_key::<String>()? {
            let is_template = watch.template.as_ref() == Some(&name);
            if !is_template && !watch.outputs.contains(&name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let output: Output = map.next_value()?;
            if is_template {
                parts.template = Some(task_definition(&name, &output));
            }
            parts.outputs.insert(name, fingerprint(&output.value));
        }
        Ok(())
    }
}

fn task_definition(name: &str, output: &Output) -> Result<Arn, String> {
    let known = output.value.as_str().and_then(|arn| arn.parse::<Arn>().ok());
    let known = known.filter(|arn| arn.as_str().contains(":task-definition/"));
    match known {
        _ if output.sensitive => Err(format!("the output {name} is sensitive")),
        None => Err(format!("the output {name} is not the ARN of a task definition")),
        Some(arn) => Ok(arn),
    }
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    r#type: String,
    name: String,
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(default)]
    index_key: Option<Value>,
    #[serde(default)]
    deposed: Option<String>,
    #[serde(default)]
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    arn: Option<Value>,
}

struct Resources<'a>(&'a Watch, &'a mut Parts);

impl<'de> DeserializeSeed<'de> for Resources<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Resources<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(watch, parts) = self;
        while let Some(resource) = seq.next_element::<Resource>()? {
            let address = resource.address();
            for instance in &resource.instances {
                let address = format!("{address}{}", instance.index());
                if instance.deposed.is_none() && watch.resources.contains(&address) {
                    let id = instance.attributes.as_ref();
                    let id = id.and_then(|it| it.id.as_ref().or(it.arn.as_ref()));
                    let id = id.ok_or_else(|| de::Error::custom("a resource without an id"))?;
                    parts.resources.insert(address, fingerprint(id));
                }
            }
        }
        Ok(())
    }
}

impl Resource {
    /// As `terraform state list` names it, without its index.
    fn address(&self) -> String {
        let module = self.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
        let data = if self.mode == "data" { "data." } else { "" };
        format!("{module}{data}{}.{}", self.r#type, self.name)
    }
}

impl Instance {
    fn index(&self) -> String {
        self.index_key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default()
    }
}
