import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WayOptions } from "../service.ts";
import { cached } from "./download-cache.ts";
import { findOnPath, isExecutable } from "./find-on-path.ts";
import { installWithApt } from "./install-with-apt.ts";
import { runCommand } from "./run-command.ts";

export interface KafkaProgram {
  java: string;
  /** For `-cp`. */
  classPath: string;
}

const version = "4.1.0";
const oldestJava = 17;

/** Java and Kafka's jars, which Maven downloads from Maven Central or the mirror in its settings. */
export async function findKafka(options: WayOptions): Promise<KafkaProgram> {
  const java = (await findJava(options)) ?? (await installedJava(options));
  const folder = await cached({
    env: options.env,
    name: `kafka-${version}`,
    what: `Kafka ${version} from Maven Central`,
    report: options.report,
    fill: (into) => fetchJars(into, options),
  });
  return { java, classPath: join(folder, "jars", "*") };
}

async function findJava({ env, signal }: WayOptions): Promise<string | undefined> {
  const home = env["JAVA_HOME"];
  const candidates = [home === undefined ? undefined : join(home, "bin", "java"), findOnPath("java", env)];
  for (const java of candidates) {
    if (java === undefined || !isExecutable(java)) continue;
    const properties = await runCommand({ command: java, args: ["--version"], env, signal, limitMs: 20_000 }).catch(
      () => "",
    );
    if (Number(/^\S+ (\d+)/.exec(properties)?.[1] ?? 0) >= oldestJava) return java;
  }
  return undefined;
}

async function installedJava(options: WayOptions): Promise<string> {
  await installWithApt("openjdk-17-jre-headless", options);
  const java = await findJava(options);
  if (java === undefined) throw new Error(`there is no Java ${oldestJava} or newer`);
  return java;
}

async function fetchJars(folder: string, options: WayOptions): Promise<void> {
  const { env, signal } = options;
  if (findOnPath("mvn", env) === undefined) await installWithApt("maven", options);
  await writeFile(join(folder, "pom.xml"), pom);
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const args = ["--batch-mode", "--quiet", "--strict-checksums", "-f", join(folder, "pom.xml"), goal];
  args.push(`-DoutputDirectory=${join(folder, "jars")}`, "-DincludeScope=runtime");
  await runCommand({ command: findOnPath("mvn", env) ?? "mvn", args, env, signal, limitMs: 600_000 });
}

const dependency = (group: string, artifact: string, of: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`;

// With slf4j-simple the broker logs warnings and errors; without a binding it logs nothing.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
${dependency("org.apache.kafka", "kafka_2.13", version)}
${dependency("org.slf4j", "slf4j-simple", "1.7.36")}
</dependencies></project>
`;
