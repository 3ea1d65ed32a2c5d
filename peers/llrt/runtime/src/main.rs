//! LLRT as its Lambda release is put together, from its library on crates.io: the same
//! engine, modules, allocator and Runtime API client. What the release has in it besides, the
//! AWS SDK as bytecode, comes with the function here, compiled by the same compiler.
//!
//! `bootstrap compile FROM.js TO.lrt` is that; without arguments it is the function.

use std::env;
use std::error::Error;
use std::path::Path;

use llrt_core::vm::Vm;
use llrt_core::{CatchResultExt, async_with, compiler, runtime_client};

#[global_allocator]
static ALLOC: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // Nothing else runs yet that could read the environment.
    unsafe {
        env::set_var("LAMBDA_HANDLER", "index.handler");
        if let Some(bundle) = env::var_os("AWS_CA_BUNDLE") {
            env::set_var("LLRT_EXTRA_CA_CERTS", bundle);
        }
    }
    start()
}

#[tokio::main(flavor = "current_thread")]
async fn start() -> Result<(), Box<dyn Error + Send + Sync>> {
    let args: Vec<String> = env::args().collect();
    if let [_, verb, from, to] = &args[..]
        && verb == "compile"
    {
        return compiler::compile_file(Path::new(from), Path::new(to), false)
            .await
            .map_err(|e| e.to_string().into());
    }
    let vm = Vm::new().await?;
    async_with!(vm.ctx => |ctx| {
        if let Err(error) = runtime_client::start(&ctx).await.catch(&ctx) {
            eprintln!("{error}");
            std::process::exit(1);
        }
    })
    .await;
    vm.idle().await?;
    Ok(())
}
