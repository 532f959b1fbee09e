//! Server and command line: routes, jobs, configuration, composed pages.
