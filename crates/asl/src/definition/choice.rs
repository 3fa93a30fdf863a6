//! Reads a Choice state.

use super::fields;
use super::flow::Exit;
use super::object::Fields;
use super::place::Place;
use super::reader::{Reader, Targets};
use super::state::Around;
use super::{Kind, Leave, Rule};
use crate::json::item;

impl Reader {
    pub(super) fn choice(
        &mut self,
        fields: &Fields<'_>,
        targets: &Targets<'_>,
        around: &mut Around,
        leave: &mut Leave,
    ) -> Kind {
        let before = self.assigned.len();
        *leave = self.leave(fields, Place::Plain);
        let common: Vec<_> = self.assigned[before..].iter().map(|(name, _)| name.clone()).collect();

        self.required(fields, "Choices");
        let mut rules = Vec::new();
        if let Some((items, path)) = self.array(fields, "Choices") {
            for (index, value) in items.iter().enumerate() {
                if let Some(rule) = self.object(value, item(&path, index)) {
                    rules.extend(self.rule(&rule, targets, &common, around));
                }
            }
        }
        let default = self.target(fields, "Default", targets);
        if let Some(default) = default {
            around.exits.push(Exit { to: Some(default), assigned: common });
        }
        Kind::Choice { rules, default }
    }

    fn rule(
        &mut self,
        fields: &Fields<'_>,
        targets: &Targets<'_>,
        common: &[String],
        around: &mut Around,
    ) -> Option<Rule> {
        self.known(fields, "a choice rule", fields::RULE);
        self.required(fields, "Condition");
        self.required(fields, "Next");
        let condition = match self.string(fields, "Condition") {
            Some(text) => {
                let path = format!("{}.Condition", fields.path);
                self.only_expression(&text, path, "Condition")
            }
            None => None,
        };
        let before = self.assigned.len();
        let leave = self.leave(fields, Place::Plain);
        let mut assigned: Vec<_> =
            self.assigned[before..].iter().map(|(name, _)| name.clone()).collect();
        if leave.assign.is_empty() {
            assigned.extend_from_slice(common);
        }
        let next = self.target(fields, "Next", targets);
        around.exits.extend(next.map(|next| Exit { to: Some(next), assigned }));

        Some(Rule { condition: condition?, leave, next: next? })
    }
}
