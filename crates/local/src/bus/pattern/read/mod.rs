//! Reads a pattern: its objects, its fields and `$or`. All problems come in one report.

mod matchers;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::search::Field;
use super::{LONGEST, Pattern, Problem, Problems};

/// The most branches that `$or` may multiply into. Nested, it grows as a power of its length.
const MOST_BRANCHES: usize = 1_000;

/// Names that Event Ruler reserves inside `$or` (`Constants.java`), so that operators put in the
/// wrong place are not taken for fields.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

type Branches = Vec<Vec<Arc<Field>>>;

/// Reads a pattern whose text has `length` characters.
pub(super) fn pattern(pattern: &Value, length: usize) -> Result<Pattern, Problems> {
    let mut reader = Reader { path: Vec::new(), problems: Vec::new() };
    let root = Place("$".to_owned());

    if length > LONGEST {
        reader.refuse(
            &root,
            format!("has {length} characters, and EventBridge takes {LONGEST}: split the rule"),
        );
        return Err(Problems(reader.problems));
    }
    let mut branches = match pattern {
        Value::Object(fields) => reader.fields(&root, fields, false, vec![Vec::new()]),
        other => {
            reader.refuse(&root, format!("is {}: a pattern is an object of fields", kind(other)));
            Vec::new()
        }
    };
    if !reader.problems.is_empty() {
        return Err(Problems(reader.problems));
    }

    for fields in &mut branches {
        fields.sort_by_cached_key(|field| field.path.join("."));
    }
    Ok(Pattern { branches })
}

/// Where in the pattern the reader is, as a JSON path.
struct Place(String);

impl Place {
    fn field(&self, name: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
        if !name.is_empty() && name.chars().all(plain) {
            Self(format!("{}.{name}", self.0))
        } else {
            Self(format!("{}[{}]", self.0, Value::from(name)))
        }
    }

    fn element(&self, position: usize) -> Self {
        Self(format!("{}[{position}]", self.0))
    }
}

struct Reader {
    /// The names of the fields from the event's root to where the reader is.
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl Reader {
    fn refuse(&mut self, place: &Place, problem: impl Into<String>) {
        self.problems.push(Problem { path: place.0.clone(), problem: problem.into() });
    }

    /// Adds what an object asks for to every branch there is so far.
    fn fields(
        &mut self,
        place: &Place,
        fields: &Map<String, Value>,
        inside_or: bool,
        mut branches: Branches,
    ) -> Branches {
        if fields.is_empty() {
            self.refuse(place, "is an empty object: name a field, or leave it out");
        }
        for (name, value) in fields {
            let place = place.field(name);
            if name == "$or" {
                branches = self.or(&place, value, &branches);
                continue;
            }
            if inside_or && RESERVED.contains(&name.as_str()) {
                self.refuse(
                    &place,
                    "is an operator where a field is expected: inside $or write \
                     {\"field\": [{\"operator\": …}]}",
                );
                continue;
            }
            self.path.push(name.clone());
            match value {
                Value::Object(fields) => {
                    branches = self.fields(&place, fields, inside_or, branches);
                }
                Value::Array(values) => self.field(&place, values, &mut branches),
                other => self.refuse(
                    &place,
                    format!("is {}: put the values to match into an array", kind(other)),
                ),
            }
            self.path.pop();
        }
        branches
    }

    /// Forks every branch into one for each object of `$or`.
    fn or(&mut self, place: &Place, value: &Value, branches: &Branches) -> Branches {
        let Value::Array(choices) = value else {
            self.refuse(place, format!("is {}: write an array of objects", kind(value)));
            return Vec::new();
        };
        if choices.len() < 2 {
            self.refuse(place, "has fewer than two objects: without a choice, leave $or out");
        }
        let mut forked = Vec::new();
        for (position, choice) in choices.iter().enumerate() {
            let place = place.element(position);
            let Value::Object(fields) = choice else {
                self.refuse(&place, format!("is {}: only objects stand in $or", kind(choice)));
                continue;
            };
            forked.extend(self.fields(&place, fields, true, branches.clone()));
            if forked.len() > MOST_BRANCHES {
                self.refuse(
                    &place,
                    format!("makes more than {MOST_BRANCHES} branches: split the rule"),
                );
                // One branch is enough to go on and find what else is wrong.
                forked.truncate(1);
                break;
            }
        }
        forked
    }

    /// Adds one field and the values it may have to every branch.
    fn field(&mut self, place: &Place, values: &[Value], branches: &mut Branches) {
        if values.is_empty() {
            self.refuse(
                place,
                "is an empty array, which nothing matches: name a value, or write \
                 [{\"exists\": false}]",
            );
        }
        let mut field = Field { path: self.path.clone(), absent: false, matchers: Vec::new() };
        for (position, value) in values.iter().enumerate() {
            self.value(&place.element(position), value, &mut field);
        }

        let field = Arc::new(field);
        if branches.iter().flatten().any(|known| known.path == field.path) {
            self.refuse(
                place,
                "is asked about twice on one branch, and EventBridge would forget the first: \
                 put all its values in one array",
            );
        }
        for branch in branches {
            branch.push(Arc::clone(&field));
        }
    }
}

/// What a value is, for a sentence.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
