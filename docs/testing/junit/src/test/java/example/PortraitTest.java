package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which picture was sent? The same questions as in JavaScript, over HTTP. */
class PortraitTest {
  private static final Path PORTRAIT =
      Path.of(System.getenv().getOrDefault("PORTRAIT", "portrait.jpg"));
  private static Sandbox sandbox;
  /** Pictures, people and inbox of one test alone. */
  private final String session = UUID.randomUUID().toString();

  @BeforeAll
  static void start() throws Exception {
    sandbox = new Sandbox();
  }

  @AfterAll
  static void stop() {
    sandbox.close();
  }

  @Test
  void uploadsThePortrait() throws Exception {
    assertEquals(200, upload());
    sandbox.assertReceivedPicture(
        session,
        """
        { "dialect": "smartsheet", "subject": "48569348493401200", "format": "jpeg", "upright": true,
          "withoutLocation": true }
        """);
  }

  @Test
  void describesAWrongPicture() throws Exception {
    upload();
    AssertionError error =
        assertThrows(
            AssertionError.class,
            () -> sandbox.assertReceivedPicture(session, "{ \"format\": \"png\" }"));
    assertTrue(
        error.getMessage().contains("format: png was asked for, jpeg was sent"), error.getMessage());
  }

  /** Stands for the code under test. */
  private int upload() throws Exception {
    URI address = URI.create(sandbox.url + "/2.0/users/48569348493401200/profileimage");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Authorization", "Bearer demo-smartsheet-admin")
            .header("Content-Type", "image/jpeg")
            .header("X-Polyface-Session", session)
            .POST(HttpRequest.BodyPublishers.ofFile(PORTRAIT))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
