//! Looks for the fields of a pattern in an event.
//!
//! Arrays are crushed out, as Event Ruler has it: a field fits when any element does. Fields found
//! inside objects of one array must come from the same element, so the search remembers in which
//! element of which array it stands, and goes back when the rest does not fit there.

use std::ops::ControlFlow;

use serde_json::Value;

use super::matcher::{Matcher, Scalar};
use crate::bus::Event;

/// One field that a pattern asks about.
#[derive(Debug)]
pub(super) struct Field {
    /// The names from the root to the field.
    pub(super) path: Vec<String>,
    /// Fits when the field is not there (`exists: false`).
    pub(super) absent: bool,
    /// Fits when any of these does.
    pub(super) matchers: Vec<Matcher>,
}

/// What a pattern is compared with.
#[derive(Clone, Copy)]
pub(super) enum Root<'a> {
    Json(&'a Value),
    Event(&'a Event),
}

/// In which element (second) of which array (first, by address) the fields so far were found.
type Membership = Vec<(usize, usize)>;

/// Told of each value at a path; breaks with the answer once it is known.
type Visitor<'v> = dyn FnMut(Scalar<'_>, &mut Membership) -> ControlFlow<bool> + 'v;

/// Whether all `fields` fit at once. They are tried in their order, which is the order of their
/// names: `exists: false` sees only the array elements that earlier fields have settled on.
pub(super) fn all_fit<'f>(root: Root<'_>, fields: &[impl AsRef<Field> + 'f]) -> bool {
    rest_fits(root, fields, &mut Membership::new())
}

fn rest_fits<'f>(
    root: Root<'_>,
    fields: &[impl AsRef<Field> + 'f],
    within: &mut Membership,
) -> bool {
    let [field, rest @ ..] = fields else { return true };
    let field = field.as_ref();

    if field.absent && !is_there(root, &field.path, within) && rest_fits(root, rest, within) {
        return true;
    }
    let settled = within.len();
    let found = visit_root(root, &field.path, within, &mut |value, within| {
        if !field.matchers.iter().any(|matcher| matcher.fits(value)) {
            return ControlFlow::Continue(());
        }
        let fits = rest_fits(root, rest, within);
        // Without a new array element, another value here would meet the very same rest.
        if fits || within.len() == settled {
            ControlFlow::Break(fits)
        } else {
            ControlFlow::Continue(())
        }
    });
    found == ControlFlow::Break(true)
}

fn is_there(root: Root<'_>, path: &[String], within: &mut Membership) -> bool {
    visit_root(root, path, within, &mut |_, _| ControlFlow::Break(true)).is_break()
}

fn visit_root(
    root: Root<'_>,
    path: &[String],
    within: &mut Membership,
    visitor: &mut Visitor<'_>,
) -> ControlFlow<bool> {
    match root {
        Root::Json(value) => visit(value, path, within, visitor),
        Root::Event(event) => visit_event(event, path, within, visitor),
    }
}

/// The envelope is looked into as it is: turning it into JSON would copy the whole detail.
fn visit_event(
    event: &Event,
    path: &[String],
    within: &mut Membership,
    visitor: &mut Visitor<'_>,
) -> ControlFlow<bool> {
    let Some((name, rest)) = path.split_first() else { return ControlFlow::Continue(()) };
    if name == "detail" {
        return visit(&event.detail, rest, within, visitor);
    }
    if !rest.is_empty() {
        return ControlFlow::Continue(());
    }
    match name.as_str() {
        "source" => visitor(Scalar::Text(&event.source), within),
        "detail-type" => visitor(Scalar::Text(&event.detail_type), within),
        "resources" => {
            event.resources.iter().try_for_each(|resource| visitor(Scalar::Text(resource), within))
        }
        "account" => visitor(Scalar::Text(&event.account), within),
        "region" => visitor(Scalar::Text(&event.region), within),
        "version" => visitor(Scalar::Text(&event.version), within),
        "id" => visitor(Scalar::Text(&event.id.to_string()), within),
        "time" => visitor(Scalar::Text(&event.time.to_string()), within),
        _ => ControlFlow::Continue(()),
    }
}

fn visit(
    value: &Value,
    path: &[String],
    within: &mut Membership,
    visitor: &mut Visitor<'_>,
) -> ControlFlow<bool> {
    match value {
        Value::Object(fields) => match path.split_first() {
            Some((name, rest)) => match fields.get(name) {
                Some(value) => visit(value, rest, within, visitor),
                None => ControlFlow::Continue(()),
            },
            None => ControlFlow::Continue(()),
        },
        Value::Array(elements) => visit_array(elements, path, within, visitor),
        _ => match Scalar::of(value) {
            Some(value) if path.is_empty() => visitor(value, within),
            _ => ControlFlow::Continue(()),
        },
    }
}

fn visit_array(
    elements: &[Value],
    path: &[String],
    within: &mut Membership,
    visitor: &mut Visitor<'_>,
) -> ControlFlow<bool> {
    let array = elements.as_ptr().addr();
    let settled = within.iter().find(|(known, _)| *known == array).map(|(_, element)| *element);

    for (position, element) in elements.iter().enumerate() {
        // A plain value belongs to no element: `["a", "b"]` is simply two values of one field.
        if Scalar::of(element).is_some() || settled == Some(position) {
            visit(element, path, within, visitor)?;
        } else if settled.is_none() {
            within.push((array, position));
            let flow = visit(element, path, within, visitor);
            within.pop();
            flow?;
        }
    }
    ControlFlow::Continue(())
}
