package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A sandbox in a process of its own, which ends with the tests. */
final class Sandbox implements AutoCloseable {
  private final Process process;
  final String url;

  Sandbox() throws IOException, InterruptedException {
    Path ready = Files.createTempDirectory("polyface").resolve("address");
    String program = System.getenv().getOrDefault("POLYFACE", "npx polyface");
    List<String> command =
        Stream.concat(
                Stream.of(program.split(" ")),
                Stream.of("sandbox", "--port", "0", "--ready-file", ready.toString()))
            .toList();
    // Not to this process's own output: Maven talks over it.
    Path log = ready.resolveSibling("log");
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (!Files.exists(ready)) {
      if (!process.isAlive()) throw new IOException(Files.readString(log));
      Thread.sleep(100);
    }
    url = Files.readString(ready).trim();
  }

  /** Asks which picture was sent; the message says how the nearest one differs. */
  void assertReceivedPicture(String session, String question) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/_sandbox/expect"))
            .header("X-Polyface-Session", session)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(question))
            .build();
    String answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    if (!answer.contains("\"received\":true")) throw new AssertionError(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
