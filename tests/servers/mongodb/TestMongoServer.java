import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.io.IOException;

/**
 * MongoDB's protocol on a loopback port, for tests: "TestMongoServer PORT [FILE]". Port 0 is any free
 * one; with FILE the data is kept there and outlives the process. Prints the address once it listens
 * and stops when its standard input ends, so that it never outlives whoever started it.
 */
final class TestMongoServer {
  private TestMongoServer() {}

  /** Answers when what it answers to is in the file, so that a killed server has kept it. */
  private static final class DurableBackend extends H2Backend {
    DurableBackend(String file) {
      super(file);
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document reply = super.handleMessage(message);
      commit();
      return reply;
    }
  }

  public static void main(String[] arguments) throws IOException {
    MongoBackend backend =
        arguments.length > 1
            ? new DurableBackend(arguments[1]).version(ServerVersion.MONGO_5_0)
            : new MemoryBackend().version(ServerVersion.MONGO_5_0);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("mongodb://127.0.0.1:" + server.getLocalAddress().getPort());
    System.out.flush();
    while (System.in.read() >= 0) {
      // nothing is expected there but its end
    }
    server.shutdownNow();
    System.exit(0);
  }
}
