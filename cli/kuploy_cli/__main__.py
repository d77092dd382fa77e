from kuploy_cli.main import kuploy

kuploy(prog_name="kuploy")
