//! Loading what a command was given: the file, the files that it names, and what they make together. Remembers what was
//! read, because reports say so.

use std::io::{self, Read};
use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::read_rules;
use crate::language::rules::Rules;
use crate::language::source::{Source, Span};

use super::cluster;
use super::files::{self, Encoding};
use super::ground::Model;
use super::json;
use super::library::Library;
use super::lookup::{self, FileKind, Location};
use super::plan::Plan;
use super::plan_file;
use super::settings::{Overrides, Settings};
use super::suite::{self, Case, Suite, Task};

/// Something that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is.
    pub kind: FileKind,
    /// The name that commands take, or the path.
    pub name: String,
    /// Where it was.
    pub location: Location,
}

/// What a case of a suite is asked of.
#[derive(Clone, Debug)]
pub struct CaseInput {
    /// The cluster, with everything that the case changes about it.
    pub model: Model,
    /// The plan, where the case verifies one.
    pub plan: Option<Plan>,
    /// The texts that it was made of: the plan, the cluster, the rules.
    pub sources: Vec<Arc<Source>>,
}

/// Reads files, standard input and the library, each text at most once.
pub struct Loader {
    library: Library,
    /// Gone once it was read.
    stdin: Option<Box<dyn Read>>,
    inputs: Vec<Input>,
    texts: Vec<(Location, Arc<Source>)>,
    rules: Vec<(Location, Arc<Rules>, Diagnostics)>,
    /// The texts that were used since it was emptied last, each as often as it was asked for.
    used: Vec<Arc<Source>>,
    /// The rules that take the place of those that clusters name.
    instead: Option<Location>,
}

impl Default for Loader {
    fn default() -> Self {
        Self::new(Library::built_in(), Box::new(io::stdin()))
    }
}

impl Loader {
    /// A loader with a library and a standard input of one's own.
    #[must_use]
    pub fn new(library: Library, stdin: Box<dyn Read>) -> Self {
        Self {
            library,
            stdin: Some(stdin),
            inputs: Vec::new(),
            texts: Vec::new(),
            rules: Vec::new(),
            used: Vec::new(),
            instead: None,
        }
    }

    /// The library that names are looked up in.
    #[must_use]
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// What was read, in order, each once.
    #[must_use]
    pub fn read(&self) -> &[Input] {
        &self.inputs
    }

    /// The texts that the cluster or plan which was loaded last was made of: the plan, the cluster, the rules.
    #[must_use]
    pub fn used(&self) -> &[Arc<Source>] {
        &self.used
    }

    /// From now on these rules, by an argument of the command line, take the place of those that clusters name.
    pub fn use_rules(&mut self, argument: &str) -> (Option<Arc<Rules>>, Diagnostics) {
        match lookup::of_argument(FileKind::Rules, argument, &self.library) {
            Ok(location) => {
                self.instead = Some(location.clone());
                self.rules_at(&location, None)
            }
            Err(error) => (None, only(*error)),
        }
    }

    /// What was read elsewhere for the same answer.
    pub fn also_read(&mut self, inputs: &[Input]) {
        for input in inputs {
            if !self.inputs.contains(input) {
                self.inputs.push(input.clone());
            }
        }
    }

    /// From now on a file has this text, whatever is on the disk. `name` is what messages call it.
    pub fn replace(&mut self, location: Location, name: &str, text: String) {
        self.texts.retain(|(known, _)| *known != location);
        self.rules.retain(|(known, ..)| *known != location);
        self.texts.push((location, Source::new(name, text)));
    }

    /// Whether an argument of the command line names a suite, a cluster or a plan: by what is in a file, by the form of a name
    /// of the library.
    #[must_use]
    pub fn kind_of(&self, argument: &str) -> FileKind {
        let kinds = [FileKind::Suite, FileKind::Cluster, FileKind::Plan];
        let is = |kind: &FileKind| match lookup::of_argument(*kind, argument, &self.library) {
            Ok(Location::StandardInput) | Err(_) => false,
            Ok(location) => location.is_surely(*kind, &self.library),
        };
        kinds.into_iter().find(is).unwrap_or(FileKind::Cluster)
    }

    /// Rules, by an argument of the command line.
    pub fn load_rules(&mut self, argument: &str) -> (Option<Arc<Rules>>, Diagnostics) {
        match lookup::of_argument(FileKind::Rules, argument, &self.library) {
            Ok(location) => self.rules_at(&location, None),
            Err(error) => (None, only(*error)),
        }
    }

    /// A cluster with its rules.
    pub fn load_cluster(
        &mut self,
        argument: &str,
        overrides: &Overrides,
    ) -> (Option<Model>, Diagnostics) {
        self.used.clear();
        match lookup::of_argument(FileKind::Cluster, argument, &self.library) {
            Ok(location) => self.cluster_at(&location, None, &[&overrides.into()]),
            Err(error) => (None, only(*error)),
        }
    }

    /// A plan with its cluster and its rules.
    pub fn load_plan(
        &mut self,
        argument: &str,
        overrides: &Overrides,
    ) -> (Option<(Model, Plan)>, Diagnostics) {
        self.used.clear();
        match lookup::of_argument(FileKind::Plan, argument, &self.library) {
            Ok(location) => self.plan_at(&location, None, &[&overrides.into()]),
            Err(error) => (None, only(*error)),
        }
    }

    /// A suite; its cases are loaded one by one, see [`Loader::load_case`].
    pub fn load_suite(&mut self, argument: &str) -> (Option<Suite>, Diagnostics) {
        let location = match lookup::of_argument(FileKind::Suite, argument, &self.library) {
            Ok(location) => location,
            Err(error) => return (None, only(*error)),
        };
        match self.text(&location, FileKind::Suite) {
            Ok(source) => suite::read_suite(&source, &location.name(FileKind::Suite), location),
            Err(error) => (None, only(*error)),
        }
    }

    /// What a case is asked of, looked up from its suite. `overrides` count more than what the case says.
    pub fn load_case(
        &mut self,
        suite: &Suite,
        case: &Case,
        overrides: &Overrides,
    ) -> (Option<CaseInput>, Diagnostics) {
        self.used.clear();
        let (name, named) = (&case.target.value, Some((&suite.source, case.target.span)));
        let last = Settings::from(overrides);
        let layers = [&case.settings, &last];
        let kind = match case.task {
            Task::Verify => FileKind::Plan,
            Task::Check | Task::Plan => FileKind::Cluster,
        };
        let location = match lookup::of_name(kind, name, &suite.location, &self.library) {
            Ok(location) => location,
            Err(error) => return (None, only(placed(*error, named))),
        };
        if kind == FileKind::Plan {
            let (found, diagnostics) = self.plan_at(&location, named, &layers);
            let input = found.map(|(model, plan)| CaseInput {
                model,
                plan: Some(plan),
                sources: std::mem::take(&mut self.used),
            });
            return (input, diagnostics);
        }
        let (model, diagnostics) = self.cluster_at(&location, named, &layers);
        let input = model.map(|model| CaseInput {
            model,
            plan: None,
            sources: std::mem::take(&mut self.used),
        });
        (input, diagnostics)
    }

    /// What a tool of a product printed: a file, whatever it is called, or `-`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn load_output(&mut self, argument: &str) -> Result<Arc<Source>, Box<Diagnostic>> {
        let location = match argument {
            "-" => Location::StandardInput,
            path => Location::File(path.into()),
        };
        self.text(&location, FileKind::Output)
    }

    /// `named` is the place that names the file, where one does.
    fn rules_at(
        &mut self,
        location: &Location,
        named: Named<'_>,
    ) -> (Option<Arc<Rules>>, Diagnostics) {
        if let Some((_, rules, diagnostics)) =
            self.rules.iter().find(|(known, ..)| known == location)
        {
            self.used.push(rules.source.clone());
            return (Some(rules.clone()), diagnostics.clone());
        }
        let source = match self.text(location, FileKind::Rules) {
            Ok(source) => source,
            Err(error) => return (None, only(placed(*error, named))),
        };
        let (rules, diagnostics) = read_rules(&source);
        let rules = rules.filter(|_| !diagnostics.has_errors()).map(Arc::new);
        if let Some(rules) = &rules {
            self.rules
                .push((location.clone(), rules.clone(), diagnostics.clone()));
        }
        (rules, diagnostics)
    }

    fn cluster_at(
        &mut self,
        location: &Location,
        named: Named<'_>,
        layers: &[&Settings],
    ) -> (Option<Model>, Diagnostics) {
        let source = match self.text(location, FileKind::Cluster) {
            Ok(source) => source,
            Err(error) => return (None, only(placed(*error, named))),
        };
        let (json, mut diagnostics) = json::read(&source, "a cluster");
        let Some(json) = json else {
            return (None, diagnostics);
        };
        let (rules, found) = cluster::outline(&source, &json);
        diagnostics.extend(found);
        let Some((rules, span)) = rules else {
            return (None, diagnostics);
        };
        let named = match &self.instead {
            Some(instead) => Ok(instead.clone()),
            None => lookup::of_name(FileKind::Rules, rules, location, &self.library),
        };
        let (rules, found) = match named {
            Ok(at) => self.rules_at(&at, Some((&source, span))),
            Err(error) => (None, only(placed(*error, Some((&source, span))))),
        };
        diagnostics.extend(found);
        let Some(rules) = rules else {
            return (None, diagnostics);
        };
        let (model, found) = cluster::ground(
            &source,
            &json,
            &location.name(FileKind::Cluster),
            &rules,
            layers,
        );
        diagnostics.extend(found);
        (model.filter(|_| !diagnostics.has_errors()), diagnostics)
    }

    fn plan_at(
        &mut self,
        location: &Location,
        named: Named<'_>,
        layers: &[&Settings],
    ) -> (Option<(Model, Plan)>, Diagnostics) {
        let source = match self.text(location, FileKind::Plan) {
            Ok(source) => source,
            Err(error) => return (None, only(placed(*error, named))),
        };
        let (json, mut diagnostics) = json::read(&source, "a plan");
        let Some(json) = json else {
            return (None, diagnostics);
        };
        let (outline, found) = plan_file::outline(&source, &json);
        diagnostics.extend(found);
        let Some(outline) = outline else {
            return (None, diagnostics);
        };
        let (name, span) = outline.cluster;
        let all: Vec<&Settings> = std::iter::once(&outline.settings)
            .chain(layers.iter().copied())
            .collect();
        let (model, found) = match lookup::of_name(FileKind::Cluster, name, location, &self.library)
        {
            Ok(at) => self.cluster_at(&at, Some((&source, span)), &all),
            Err(error) => (None, only(placed(*error, Some((&source, span))))),
        };
        diagnostics.extend(found);
        let Some(model) = model else {
            return (None, diagnostics);
        };
        let (plan, found) =
            plan_file::steps(&source, &json, &location.name(FileKind::Plan), &model);
        diagnostics.extend(found);
        let plan = plan.filter(|_| !diagnostics.has_errors());
        (plan.map(|plan| (model, plan)), diagnostics)
    }

    fn text(
        &mut self,
        location: &Location,
        kind: FileKind,
    ) -> Result<Arc<Source>, Box<Diagnostic>> {
        if let Some((_, source)) = self.texts.iter().find(|(known, _)| known == location)
            && *location != Location::StandardInput
        {
            self.used.push(source.clone());
            return Ok(source.clone());
        }
        let name = location.path();
        let encoding = match kind {
            FileKind::Output => Encoding::Marked,
            _ => Encoding::Utf8,
        };
        let text = match location {
            Location::StandardInput => {
                let message = "standard input can be read only once";
                let stdin = self.stdin.take();
                files::read_text(
                    stdin.ok_or_else(|| Box::new(Diagnostic::error(Code::BadOption, message)))?,
                    &name,
                    encoding,
                )?
            }
            Location::Library(path) => {
                let text = self.library.text(path);
                text.ok_or_else(|| files::unreadable(&name, "the library has no such file"))?
                    .to_owned()
            }
            Location::File(path) => files::read_file(path, &name, encoding).map_err(|error| {
                let near = Some(path)
                    .filter(|path| !path.exists())
                    .and_then(|path| lookup::near_file(path));
                Box::new(match near {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => *error,
                })
            })?,
        };
        let source = Source::new(name, text);
        self.texts.push((location.clone(), source.clone()));
        self.used.push(source.clone());
        self.inputs.push(Input {
            kind,
            name: location.name(kind),
            location: location.clone(),
        });
        Ok(source)
    }
}

/// The place that names a file.
type Named<'a> = Option<(&'a Arc<Source>, Span)>;

fn placed(diagnostic: Diagnostic, named: Named<'_>) -> Diagnostic {
    match named {
        Some((source, span)) => diagnostic.at(source, span, "named here"),
        None => diagnostic,
    }
}

fn only(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics {
        list: vec![diagnostic],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::findings;

    const RULES: &str = "rules m\nkind node { up: bool = true }\nparam limit: 0..9 = 0\npolicy p { before stop(n) require n.up else \"no\" }\n\
         action stop(n: node) { n.up = false }\ngoal a { all n in node: n.up }\ndefault goal b { some n in node: n.up }\n";
    const CLUSTER: &str =
        r#"{"rules": "m", "params": {"limit": 1}, "objects": {"node": {"N[1-2]": {}}}}"#;
    const PLAN: &str =
        r#"{"cluster": "two", "params": {"limit": 2}, "goal": "a", "steps": ["stop(N1)"]}"#;
    const SUITE: &str = r#"{"cases": [
        {"name": "x", "verify": "two", "params": {"limit": 3}, "expect": {"verdict": "holds"}},
        {"name": "y", "check": "two", "policies": {"q": true}, "expect": {"verdict": "holds"}},
        {"name": "z", "plan": "none", "expect": {"verdict": "holds"}}]}"#;

    fn loader() -> Loader {
        let library = Library::of([
            ("m/m.rules", RULES),
            ("m/clusters/two.json", CLUSTER),
            ("m/plans/two.json", PLAN),
            ("m/suite.json", SUITE),
            (
                "broken/broken.rules",
                "rules broken\nkind node { a: nothing }\n",
            ),
            (
                "broken/clusters/c.json",
                r#"{"rules": "broken", "objcts": {}, "objects": {}}"#,
            ),
        ]);
        Loader::new(library, Box::new(CLUSTER.as_bytes()))
    }

    #[test]
    fn a_plan_brings_its_cluster_and_rules_and_all_that_was_read_is_known() {
        let mut loader = loader();
        let (found, diagnostics) = loader.load_plan("m/two", &Overrides::default());
        assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
        let (model, plan) = found.unwrap();
        assert_eq!(
            (model.name.as_str(), plan.name.as_str(), plan.items.len()),
            ("m/two", "m/two", 1)
        );
        let read: Vec<(FileKind, &str)> = loader
            .read()
            .iter()
            .map(|i| (i.kind, i.name.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                (FileKind::Plan, "m/two"),
                (FileKind::Cluster, "m/two"),
                (FileKind::Rules, "m")
            ]
        );
    }

    #[test]
    fn the_plan_overrides_the_cluster_then_the_case_then_the_command_line() {
        use crate::model::value::Value;
        let mut loader = loader();
        let limit = |model: &Model| model.params[0].clone();
        let (cluster, _) = loader.load_cluster("m/two", &Overrides::default());
        assert_eq!(limit(&cluster.unwrap()), Value::Int(1));
        let (plan, _) = loader.load_plan("m/two", &Overrides::default());
        let model = plan.unwrap().0;
        assert_eq!(
            (limit(&model), model.goal),
            (Value::Int(2), model.rules.goal("a"))
        );
        let suite = loader.load_suite("m").0.unwrap();
        let (case, diagnostics) = loader.load_case(&suite, &suite.cases[0], &Overrides::default());
        assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
        let case = case.unwrap();
        assert_eq!(
            (limit(&case.model), case.plan.is_some()),
            (Value::Int(3), true)
        );
        let last = Overrides {
            params: vec![("limit".into(), "4".into())],
            ..Overrides::default()
        };
        assert_eq!(
            limit(
                &loader
                    .load_case(&suite, &suite.cases[0], &last)
                    .0
                    .unwrap()
                    .model
            ),
            Value::Int(4)
        );
    }

    #[test]
    fn mistakes_of_a_case_are_underlined_in_the_suite() {
        let mut loader = loader();
        let suite = loader.load_suite("m").0.unwrap();
        let mut findings_of = |case: usize| {
            findings(
                &loader
                    .load_case(&suite, &suite.cases[case], &Overrides::default())
                    .1,
            )
        };
        assert_eq!(
            findings_of(1),
            [(
                "the rules `m` have no policy `q`".to_owned(),
                "\"q\"".to_owned()
            )]
        );
        assert_eq!(
            findings_of(2),
            [(
                "no cluster `none` was found".to_owned(),
                "\"none\"".to_owned()
            )]
        );
    }

    #[test]
    fn standard_input_is_read_once_and_names_in_it_lead_to_the_library() {
        let mut loader = loader();
        let (model, diagnostics) = loader.load_cluster("-", &Overrides::default());
        assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
        assert_eq!(model.unwrap().name, "<stdin>");
        let (_, diagnostics) = loader.load_cluster("-", &Overrides::default());
        assert_eq!(
            findings(&diagnostics)[0].0,
            "standard input can be read only once"
        );
    }

    #[test]
    fn mistakes_in_rules_and_cluster_are_told_together() {
        let (model, diagnostics) = loader().load_cluster("broken/c", &Overrides::default());
        assert!(model.is_none());
        let places: Vec<&str> = diagnostics
            .list
            .iter()
            .filter_map(|d| Some(d.primary.as_ref()?.source.name.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                "models/broken/clusters/c.json",
                "models/broken/broken.rules"
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_there_suggests_its_neighbour() {
        let (_, diagnostics) = loader().load_rules("./Cargo.tml.rules");
        assert_eq!(
            findings(&diagnostics)[0].0,
            "`./Cargo.tml.rules` cannot be read: there is no such file"
        );
        let (_, diagnostics) = loader().load_rules("models/READMEE.rules");
        assert!(
            diagnostics.list[0].help.is_empty(),
            "only files of that ending are suggested"
        );
    }
}
