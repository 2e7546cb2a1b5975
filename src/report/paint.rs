//! Colours, where there are any.

use anstyle::Style;

/// A style where the output is coloured; nothing where it is not.
pub(super) fn style(color: bool, style: Style) -> Style {
    if color { style } else { Style::new() }
}
