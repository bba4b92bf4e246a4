//! Everything that the library offers can be read, by the names that it offers.

use rollproof::language::diagnostic::Diagnostics;
use rollproof::model::loader::Loader;
use rollproof::model::lookup::FileKind;
use rollproof::model::settings::Overrides;

fn told(name: &str, diagnostics: &Diagnostics) -> Vec<String> {
    let list = diagnostics.list.iter();
    list.map(|d| {
        let place = d
            .primary
            .as_ref()
            .map(|l| (l.source.name.clone(), l.source.position(l.span.start)));
        format!("{name}: {} {place:?}", d.message)
    })
    .collect()
}

#[test]
fn every_rulebook_cluster_plan_and_case_of_the_library_loads() {
    let mut loader = Loader::default();
    let none = Overrides::default();
    let mut wrong = Vec::new();
    let names = |loader: &Loader, kind| loader.library().names(kind);
    for name in names(&loader, FileKind::Rules) {
        wrong.extend(told(&name, &loader.load_rules(&name).1));
    }
    for name in names(&loader, FileKind::Cluster) {
        wrong.extend(told(&name, &loader.load_cluster(&name, &none).1));
    }
    for name in names(&loader, FileKind::Plan) {
        wrong.extend(told(&name, &loader.load_plan(&name, &none).1));
    }
    for name in names(&loader, FileKind::Suite) {
        let (suite, found) = loader.load_suite(&name);
        wrong.extend(told(&name, &found));
        let Some(suite) = suite else { continue };
        for case in &suite.cases {
            let found = loader.load_case(&suite, case, &none).1;
            wrong.extend(told(&format!("{name} {}", case.name.value), &found));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!names(&loader, FileKind::Rules).is_empty());
}
