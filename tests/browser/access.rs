//! The report for everybody: on small and large screens, in light and dark, and for those who do not see it.

use std::io::Write as _;

use crate::runs::{Page, mixed, partial};
use crate::webdriver::Browser;

/// The variable that says where axe-core is, the rules of which accessible pages are held to: its `axe.min.js`.
const AXE: &str = "AXE_CORE";
const PLACES: [&str; 7] = [
    "#/",
    "#/?q=nothing+like+it",
    "#/test/retail/fails",
    "#/test/retail/changes",
    "#/test/retail/sometimes?step=2",
    "#/test/retail/later",
    "#/flow",
];

#[test]
fn no_page_is_wider_than_its_screen() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    for width in [375, 1280, 1920] {
        browser.resize(width, 900);
        for place in PLACES {
            page.open(&browser, place);
            assert_eq!(browser.value("innerWidth"), width);
            let beyond = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(beyond, 0, "{place} at {width} pixels");
        }
    }
}

#[test]
fn the_theme_is_the_systems_until_another_is_chosen() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    let ground = |browser: &Browser| browser.value("getComputedStyle(document.body).backgroundColor");
    browser.prefer("light");
    page.open(&browser, "#/");
    let light = ground(&browser);
    browser.prefer("dark");
    browser.until(&format!("getComputedStyle(document.body).backgroundColor !== {light}"));
    let dark = ground(&browser);
    browser.click("#theme");
    browser.until_text("#status", "Theme: light");
    assert_eq!(ground(&browser), light);
    browser.reload();
    browser.until("document.documentElement.dataset.shown");
    assert_eq!(ground(&browser), light);
    assert_eq!(browser.value("document.getElementById('theme').ariaLabel"), "Theme: light");
    browser.prefer("light");
    browser.press("t");
    browser.until_text("#status", "Theme: dark");
    assert_eq!(ground(&browser), dark);
    browser.press("t");
    browser.until_text("#status", "Theme: system");
    assert_eq!(ground(&browser), light);
}

#[test]
fn the_rules_of_accessible_pages_are_kept_in_both_themes() {
    let Some(axe) = std::env::var(AXE).ok().filter(|path| !path.is_empty()) else {
        let _ = writeln!(std::io::stderr(), "left out: {AXE} names no axe.min.js");
        return;
    };
    let Some(browser) = Browser::start() else { return };
    let axe = std::fs::read_to_string(axe).unwrap();
    let pages = [mixed(), partial()];
    for theme in ["light", "dark"] {
        browser.prefer(theme);
        for width in [1280, 375] {
            browser.resize(width, 900);
            let places = PLACES.map(|place| (&pages[0], place)).into_iter().chain([(&pages[1], "#/")]);
            places.for_each(|(page, place)| holds(&browser, &axe, page, place));
        }
    }
}

fn holds(browser: &Browser, axe: &str, page: &Page, place: &str) {
    page.open(browser, place);
    browser.inject(axe);
    for opened in [false, true] {
        if opened {
            browser.value("document.querySelectorAll('.step-head[aria-expanded=false]').forEach((one) => one.click())");
            browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        }
        let violations = browser.awaited(
            "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map((one) =>
                `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`))",
        );
        assert_eq!(violations, serde_json::json!([]), "{place}, everything opened: {opened}");
    }
}
