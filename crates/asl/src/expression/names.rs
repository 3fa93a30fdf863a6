//! Which names an expression refers to, found without evaluating it.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::aws;
use super::walk::{bindings, children};

/// What an expression refers to.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// Variables of the execution, without the `$`; `states` is among them when it is used.
    pub(crate) variables: Vec<String>,
    /// Those of them that must exist. `$error` alone may be the variable or the function; with
    /// names after it, `$error.Cause`, it is the variable.
    pub(crate) required: Vec<String>,
    /// Each path that begins with `$states`, without that: `["context", "Task", "Token"]`.
    pub(crate) states: Vec<Vec<String>>,
    /// Functions that do not exist.
    pub(crate) unknown_functions: Vec<String>,
    /// Functions called that are not JSONata's own, or that must follow the execution's clock.
    pub(crate) hosted: Vec<&'static str>,
    /// Names at the root, where Step Functions has no document: `states.input` for `$states.input`.
    pub(crate) rootless: Vec<String>,
    /// `$` or `$$` where it means the root document.
    pub(crate) root: bool,
}

impl Uses {
    pub(crate) fn of(ast: &AstNode) -> Self {
        let mut bound = Vec::new();
        bindings(ast, &mut bound);
        let mut walk = Walk { bound, uses: Self::default() };
        walk.node(ast, true);
        walk.uses
    }
}

struct Walk {
    /// Every name the expression binds itself, anywhere. Coarser than JSONata's scopes, so that no
    /// correct expression is ever refused.
    bound: Vec<String>,
    uses: Uses,
}

impl Walk {
    /// `root`: the context of `node` is the document itself, not a step's value.
    fn node(&mut self, node: &AstNode, root: bool) {
        match node {
            AstNode::Variable(name) if name.is_empty() => self.uses.root |= root,
            AstNode::ParentVariable(_) => self.uses.root = true,
            AstNode::Variable(name) => self.variable(name, &[]),
            AstNode::Name(name) if root => self.uses.rootless.push(name.clone()),
            AstNode::Path { steps } => self.path(steps, root),
            AstNode::Function { name, args, .. } => {
                self.function(name);
                self.all(args, root);
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, root);
                self.all(args, root);
            }
            AstNode::Sort { input, terms } => {
                self.node(input, root);
                for (term, _) in terms {
                    self.node(term, false);
                }
            }
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input, root);
                for (key, value) in pattern {
                    self.node(key, false);
                    self.node(value, false);
                }
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, false);
                self.node(update, false);
                if let Some(delete) = delete {
                    self.node(delete, false);
                }
            }
            AstNode::FunctionApplication(inner) => self.node(inner, false),
            AstNode::Binary { op: BinaryOp::ColonEqual, rhs, .. } => self.node(rhs, root),
            other => children(other, &mut |child| self.node(child, root)),
        }
    }

    fn all(&mut self, nodes: &[AstNode], root: bool) {
        for node in nodes {
            self.node(node, root);
        }
    }

    fn path(&mut self, steps: &[PathStep], root: bool) {
        let names: Vec<&str> = steps
            .iter()
            .skip(1)
            .map_while(|step| match &step.node {
                AstNode::Name(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        for (position, step) in steps.iter().enumerate() {
            match &step.node {
                AstNode::Variable(name) if position == 0 && !name.is_empty() => {
                    // A filter on `$states` itself could go anywhere from there.
                    let plain = step.stages.is_empty();
                    self.variable(name, if plain { &names } else { &[] });
                }
                node => self.node(node, root && position == 0),
            }
            for stage in &step.stages {
                if let Stage::Filter(filter) = stage {
                    self.node(filter, false);
                }
            }
        }
    }

    fn variable(&mut self, name: &str, path: &[&str]) {
        if self.bound.iter().any(|bound| bound == name) {
            return;
        }
        // A bare function name is a value: `$map(names, $uppercase)`.
        if aws::exists(name) && path.is_empty() {
            self.function(name);
        } else if name != "states" && !self.uses.required.iter().any(|known| known == name) {
            self.uses.required.push(name.to_owned());
        }
        if name == "states" {
            self.uses.states.push(path.iter().map(|&name| name.to_owned()).collect());
        }
        if !self.uses.variables.iter().any(|known| known == name) {
            self.uses.variables.push(name.to_owned());
        }
    }

    fn function(&mut self, name: &str) {
        if self.bound.iter().any(|bound| bound == name) {
            return;
        }
        if let Some(hosted) = aws::hosted(name) {
            if !self.uses.hosted.contains(&hosted) {
                self.uses.hosted.push(hosted);
            }
        } else if !aws::exists(name) {
            self.uses.unknown_functions.push(name.to_owned());
        }
    }
}
