//! The README shows what is there.

#[test]
fn the_scenario_in_the_readme_is_a_bundled_one() {
    let shown = include_str!("../README.md");
    let scenario = include_str!("../scenarios/retail/corrected.yaml");
    assert!(shown.contains(&format!("```yaml\n{scenario}```")));
}
