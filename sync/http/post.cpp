#include "sync/http/post.hpp"

#include <curl/curl.h>

#include <memory>

namespace syncing::http {
namespace {

using protocols::Failure;
using protocols::Fault;

constexpr std::size_t answer_bytes_max = std::size_t{4} << 20;

std::size_t collect(char* bytes, std::size_t size, std::size_t count, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size * count > answer_bytes_max) {
        return 0;
    }
    body.append(bytes, size * count);
    return size * count;
}

bool loopback(const std::string& url) {
    return url.starts_with("http://127.") || url.starts_with("http://localhost") ||
           url.starts_with("http://[::1]");
}

/// Identity problems are never retried silently; everything else may pass by itself.
Fault fault_of(CURLcode code) {
    switch (code) {
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_PEER_FAILED_VERIFICATION:
            return Fault::centre_refused;
        default:
            return Fault::centre_unreachable;
    }
}

}  // namespace

protocols::Result<Answer> post(
    const std::string& url, std::string_view body, std::chrono::milliseconds limit
) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) {
        return Failure{Fault::centre_unreachable, curl_easy_strerror(started)};
    }
    if (!url.starts_with("https://") && !loopback(url)) {
        return Failure{Fault::centre_refused, "the centre's address must begin with https://"};
    }
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(
        curl_easy_init(), &curl_easy_cleanup
    );
    curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
    list = curl_slist_append(list, "Expect:");
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        list, &curl_slist_free_all
    );
    Answer answer;
    auto* handle = curl.get();
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 3000L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &collect);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
    const CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK) {
        return Failure{fault_of(code), curl_easy_strerror(code)};
    }
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

}  // namespace syncing::http
