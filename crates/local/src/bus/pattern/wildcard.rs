//! `wildcard`: `*` stands for any characters, also none; `\*` and `\\` for themselves.

/// A wildcard cut at its stars: what stands before the first, between them, and after the last.
#[derive(Debug, Clone)]
pub(super) struct Wildcard {
    first: String,
    /// `None` when there is no star at all.
    rest: Option<(Vec<String>, String)>,
}

impl Wildcard {
    /// Reads a wildcard, or says what is wrong with it and how to put it right.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut characters = text.chars().peekable();

        while let Some(character) = characters.next() {
            match character {
                '*' if characters.peek() == Some(&'*') => {
                    return Err(
                        "has two stars in a row: one `*` already stands for any characters",
                    );
                }
                '*' => pieces.push(std::mem::take(&mut piece)),
                '\\' => match characters.next() {
                    Some(escaped @ ('*' | '\\')) => piece.push(escaped),
                    _ => {
                        return Err("has a backslash that escapes neither `*` nor `\\`: \
                                    write `\\*` for a star and `\\\\` for a backslash");
                    }
                },
                other => piece.push(other),
            }
        }

        if pieces.is_empty() {
            return Ok(Self { first: piece, rest: None });
        }
        let first = pieces.remove(0);
        Ok(Self { first, rest: Some((pieces, piece)) })
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        let Some((middle, last)) = &self.rest else { return text == self.first };
        let Some(mut text) = text.strip_prefix(self.first.as_str()) else { return false };
        // The leftmost place for each piece leaves the most room for those that follow.
        for piece in middle {
            let Some((_, after)) = text.split_once(piece.as_str()) else { return false };
            text = after;
        }
        text.ends_with(last.as_str())
    }
}
