//! Reads a Map state.

use serde_json::Value;

use super::object::Fields;
use super::place::Place;
use super::reader::Reader;
use super::state::Around;
use super::{Flow, Kind, Map, fields};

impl Reader {
    pub(super) fn map(&mut self, fields: &Fields<'_>, around: &mut Around) -> Kind {
        let items = self.optional_template(fields, "Items", Place::Plain);
        if let Some((value, path)) = fields.get("Items")
            && !matches!(value, Value::Array(_) | Value::String(_))
        {
            self.report.add(path, "`Items` is not an array", "write an array or an expression");
        }
        let selector = self.optional_template(fields, "ItemSelector", Place::Item);
        let concurrency = self.amount(fields, "MaxConcurrency", 0..=1_000_000);
        self.required(fields, "ItemProcessor");
        let processor = self.processor(fields, around);

        Kind::Map(Box::new(Map { items, selector, processor, concurrency }))
    }

    fn processor(&mut self, fields: &Fields<'_>, around: &mut Around) -> Flow {
        let Some((value, path)) = fields.get("ItemProcessor") else { return Flow::default() };
        let Some(processor) = self.object(value, path) else { return Flow::default() };
        self.known(&processor, "an ItemProcessor", fields::PROCESSOR);
        if let Some((config, path)) = processor.get("ProcessorConfig")
            && let Some(config) = self.object(config, path)
        {
            self.known(&config, "a ProcessorConfig of a Map", fields::PROCESSOR_CONFIG);
            if let Some(mode) = self.string(&config, "Mode").filter(|mode| mode != "INLINE") {
                self.report.add(
                    format!("{}.Mode", config.path),
                    format!("a Map in mode `{mode}` is not supported"),
                    "write `\"INLINE\"`",
                );
            }
        }
        let (flow, facts) = self.flow(&processor);
        around.inner.push(facts);
        flow
    }
}
