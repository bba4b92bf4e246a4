//! The console sessions of the command line's golden files and of the reference are run as they are written.

#[test]
fn sessions_come_out_as_written() {
    trycmd::TestCases::new()
        .env("ROLLPROOF_CACHE", "")
        .case("tests/cli/*.md")
        .case("docs/reports.md");
}
