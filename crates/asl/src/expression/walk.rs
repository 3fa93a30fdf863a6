//! The nodes of an expression.

use jsonata_core::ast::{AstNode, BinaryOp, Stage};

/// Collects every name that `node` binds: `$x := …`, parameters, `@$x` and `#$x`.
pub(super) fn bindings(node: &AstNode, bound: &mut Vec<String>) {
    match node {
        AstNode::Binary { op: BinaryOp::ColonEqual, lhs, .. } => {
            if let AstNode::Variable(name) = &**lhs {
                bound.push(name.clone());
            }
        }
        AstNode::Lambda { params, .. } => bound.extend(params.iter().cloned()),
        AstNode::Path { steps } => {
            for step in steps {
                bound.extend(step.focus.iter().chain(&step.index_var).cloned());
                for stage in &step.stages {
                    if let Stage::Index(name) = stage {
                        bound.push(name.clone());
                    }
                }
            }
        }
        _ => {}
    }
    children(node, &mut |child| bindings(child, bound));
}

/// Calls `visit` with each node directly below `node`.
pub(super) fn children(node: &AstNode, visit: &mut dyn FnMut(&AstNode)) {
    match node {
        AstNode::Path { steps } => {
            for step in steps {
                visit(&step.node);
                for stage in &step.stages {
                    if let Stage::Filter(filter) = stage {
                        visit(filter);
                    }
                }
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        AstNode::Unary { operand, .. } => visit(operand),
        AstNode::Function { args, .. } => args.iter().for_each(visit),
        AstNode::Call { procedure, args } => {
            visit(procedure);
            args.iter().for_each(visit);
        }
        AstNode::Lambda { body, .. } => visit(body),
        AstNode::Array(items) | AstNode::Block(items) | AstNode::ArrayGroup(items) => {
            items.iter().for_each(visit);
        }
        AstNode::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        AstNode::ObjectTransform { input, pattern } => {
            visit(input);
            for (key, value) in pattern {
                visit(key);
                visit(value);
            }
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            visit(condition);
            visit(then_branch);
            if let Some(branch) = else_branch {
                visit(branch);
            }
        }
        AstNode::FunctionApplication(inner) => visit(inner),
        AstNode::Sort { input, terms } => {
            visit(input);
            for (term, _) in terms {
                visit(term);
            }
        }
        AstNode::Transform { location, update, delete } => {
            visit(location);
            visit(update);
            if let Some(delete) = delete {
                visit(delete);
            }
        }
        _ => {}
    }
}
