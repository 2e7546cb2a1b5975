//! The README shows what is there.

#[test]
fn the_scenario_in_the_readme_is_a_bundled_one() {
    let shown = include_str!("../README.md");
    let scenario = include_str!("../scenarios/retail/corrected.yaml");
    assert!(shown.contains(&format!("```yaml\n{scenario}```")));
}

#[test]
fn the_flow_in_the_readme_is_sound() {
    let shown = include_str!("../README.md");
    let start = shown.find("flow: retail-onboarding\nnodes:\n").expect("the README shows a flow");
    let text = shown[start..].split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shown.flow.yaml");
    std::fs::write(&file, text).unwrap();
    let library = draftgate::sandbox::load(&mut Default::default(), &[file]).unwrap();
    assert_eq!(library.flow("retail-onboarding").unwrap().draft.as_ref().unwrap().nodes.len(), 4);
}
