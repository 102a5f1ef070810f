// Does what standard input asks of the vendor's builder, and writes the answers as JSON.

const [builders, formats] = process.argv.slice(2).map((path) => require(path))
const jobs = JSON.parse(require("fs").readFileSync(0, "utf8"))

const OriginalDate = Date
const random = Math.random

function build({ builder, method, args, now, salt }) {
    global.Date = class extends OriginalDate {
        getTime() {
            return now * 1000
        }
    }
    Math.random = () => (salt - 0.5) / 99999999
    try {
        return builders[builder][method](...args)
    } finally {
        global.Date = OriginalDate
        Math.random = random
    }
}

function read({ text, certificate }) {
    const token = new formats.AccessToken2("", "", 0, 0)
    const parsed = token.from_string(text)
    return {
        parsed,
        genuine: token.verifySignature(certificate),
        app_id: String(token.appId),
        issued_at: token.issueTs,
        lasts_s: token.expire,
        services: token.services.length,
    }
}

process.stdout.write(JSON.stringify(jobs.map((job) => (job.builder ? build(job) : read(job)))))
