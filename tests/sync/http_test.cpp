// A real centre on a real socket, and servers that misbehave.
#include "station/records/store.hpp"
#include "station/records/verify.hpp"
#include "sync/central_web/serve.hpp"
#include "sync/http/post.hpp"
#include "sync/uploader/send.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <thread>

namespace syncing {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using protocols::Fault;

class Centre {
public:
    explicit Centre(const std::filesystem::path& folder)
        : intake_(std::move(central::Intake::open(folder).value())),
          port_(central::serve(io_, intake_, {})),
          thread_([this] { io_.run(); }) {}
    ~Centre() {
        io_.stop();
        thread_.join();
    }
    Centre(const Centre&) = delete;
    Centre& operator=(const Centre&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    boost::asio::io_context io_{1};
    central::Intake intake_;
    unsigned short port_;
    std::thread thread_;
};

/// Answers every request with the same bytes; no bytes: never answers.
class Parrot {
public:
    explicit Parrot(std::string bytes)
        : bytes_(std::move(bytes)),
          acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}),
          thread_([this] { serve(); }) {}
    ~Parrot() {
        boost::system::error_code ignored;
        ending_ = true;
        tcp::socket wake(io_);
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    Parrot(const Parrot&) = delete;
    Parrot& operator=(const Parrot&) = delete;

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

private:
    void serve() {
        std::vector<tcp::socket> kept;
        while (!ending_) {
            auto socket = acceptor_.accept();
            boost::system::error_code error;
            boost::asio::streambuf head;
            if (!ending_ && !bytes_.empty()) {
                boost::asio::read_until(socket, head, "\r\n\r\n", error);
                boost::asio::write(socket, boost::asio::buffer(bytes_), error);
            }
            kept.push_back(std::move(socket));
        }
    }

    std::string bytes_;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

station::records::Store filled(const std::filesystem::path& folder, int records) {
    auto store = std::move(station::records::Store::open(folder).value());
    for (int i = 0; i < records; ++i) {
        const auto id = std::to_string(i);
        EXPECT_TRUE(store.begin(id, "{}").has_value());
        EXPECT_TRUE(
            store.append(id, R"({"type":"aborted"})", station::seal::compress("{}")).has_value()
        );
    }
    return store;
}

TEST(Sending, EmptiesTheOutboxInBatchesAndFilesReceipts) {
    const tests::Folder station;
    const tests::Folder folder;
    const Centre centre(folder.path());
    auto store = filled(station.path(), 70);
    const auto sent = send_all(store, centre.url(), 20s);
    ASSERT_TRUE(sent.has_value()) << sent.error().detail;
    EXPECT_EQ(sent.value().confirmed, 70U);
    EXPECT_EQ(store.unsent_count().value(), 0U);
    EXPECT_EQ(station::records::verify(station.path()).value().confirmed, 70U);
    EXPECT_EQ(send_all(store, centre.url() + "/", 20s).value().confirmed, 0U);
}

TEST(Sending, FillsUpACentreThatLostItsLastRecords) {
    const tests::Folder station;
    auto store = filled(station.path(), 3);
    {
        const tests::Folder before;
        const Centre centre(before.path());
        ASSERT_TRUE(send_all(store, centre.url(), 20s).has_value());
    }
    ASSERT_TRUE(store.append("x", R"({"type":"aborted"})", "").has_value());
    const tests::Folder restored;
    const Centre centre(restored.path());  // an empty one: the backup was that old
    const auto sent = send_all(store, centre.url(), 20s);
    ASSERT_TRUE(sent.has_value()) << sent.error().detail;
    EXPECT_EQ(sent.value().confirmed, 4U);
    EXPECT_EQ(store.unsent_count().value(), 0U);
}

struct Row {
    std::string bytes;
    Fault fault;
};

TEST(Sending, LosesNothingToACentreThatMisbehaves) {
    const tests::Folder station;
    auto store = filled(station.path(), 1);
    const auto http = [](const std::string& status, const std::string& body) {
        return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    };
    for (const auto& row : {
             Row{http("200 OK", "{}"), Fault::centre_refused},
             Row{http("200 OK", "not json"), Fault::centre_refused},
             Row{http("500 Internal Server Error", ""), Fault::centre_unreachable},
             Row{http("429 Too Many Requests", ""), Fault::centre_unreachable},
             Row{http("403 Forbidden", "no"), Fault::centre_refused},
             Row{"garbage\r\n\r\n", Fault::centre_unreachable},
             Row{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Fault::centre_unreachable},
             Row{"", Fault::centre_unreachable},
         }) {
        const Parrot parrot(row.bytes);
        const auto sent = send_batch(store, parrot.url(), 700ms);
        ASSERT_TRUE(sent.has_error()) << row.bytes;
        EXPECT_EQ(sent.error().fault, row.fault) << row.bytes << ": " << sent.error().detail;
        EXPECT_EQ(store.unsent_count().value(), 1U) << row.bytes;
    }
    const auto nobody = send_batch(store, "http://127.0.0.1:1", 700ms);
    ASSERT_TRUE(nobody.has_error());
    EXPECT_EQ(nobody.error().fault, Fault::centre_unreachable);
    const auto in_the_clear = send_batch(store, "http://example.invalid", 700ms);
    ASSERT_TRUE(in_the_clear.has_error());
    EXPECT_EQ(in_the_clear.error().fault, Fault::centre_refused);
}

TEST(Centre, ServesLoopbackOnly) {
    boost::asio::io_context io;
    const tests::Folder folder;
    auto intake = std::move(central::Intake::open(folder.path()).value());
    central::ServeOptions open;
    open.host = "0.0.0.0";
    EXPECT_THROW(central::serve(io, intake, open), std::runtime_error);
}

}  // namespace
}  // namespace syncing
