import com.smartsheet.api.Smartsheet;
import com.smartsheet.api.SmartsheetBuilder;
import com.smartsheet.api.SmartsheetRestException;
import com.smartsheet.api.models.ImageUrl;
import com.smartsheet.api.models.User;
import com.smartsheet.api.models.UserProfile;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;

/** `SmartsheetCalls URL PICTURE`: every call of the Java SDK that is about pictures; prints what it saw. */
public class SmartsheetCalls {
  private static final long USER_ID = 48569348493401200L;

  public static void main(String[] args) throws Exception {
    Smartsheet admin = client(args[0], "demo-smartsheet-admin");
    User updated = admin.userResources().addProfileImage(USER_ID, args[1], "image/jpeg");
    System.out.println("upload " + updated.getProfileImage().getImageId().substring(0, 4));
    UserProfile me = admin.userResources().getCurrentUser();
    System.out.println("me " + me.getFirstName() + " " + me.getLastName());
    UserProfile user = admin.userResources().getUser(USER_ID);
    System.out.println("user " + user.getProfileImage().getWidth());
    ImageUrl wanted = new ImageUrl();
    wanted.setImageId(user.getProfileImage().getImageId());
    String address = admin.imageUrlResources().getImageUrls(List.of(wanted)).getImageUrls().get(0).getUrl();
    HttpURLConnection picture = (HttpURLConnection) new URL(address).openConnection();
    System.out.println("picture " + picture.getResponseCode() + " " + picture.getContentType());
    report("error", () -> admin.userResources().getUser(7));
    report("stranger", () -> client(args[0], "wrong").userResources().getCurrentUser());
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void report(String name, Call call) throws Exception {
    try {
      call.run();
    } catch (SmartsheetRestException error) {
      System.out.println(name + " " + error.getErrorCode());
    }
  }

  private static Smartsheet client(String url, String token) {
    return new SmartsheetBuilder().setBaseURI(url + "/2.0/").setAccessToken(token).build();
  }
}
