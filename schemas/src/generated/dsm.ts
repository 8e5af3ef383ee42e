// Made by `npm run openapi` from openapi/dsm.json.

export interface paths {
    "/api/data/{producerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a producer sent, in the order of its log or of the device's time; `application/x-ndjson` and `text/csv` are streamed whole */
        get: operations["getData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send up to 1,000 messages; one result each, in order */
        post: operations["postDataBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one message; the answer comes when it is kept and published */
        post: operations["postData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/{producerId}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One field of the payloads in buckets of time: numbers, booleans or strings */
        get: operations["getSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Accepted: {
            /** @description Id of a user: a positive integer */
            producer_id: number;
            /** @description Number of the log in which offsets count */
            epoch: number;
            /** @description Position in the log of its epoch */
            offset: number;
            subscriberCount: number;
            duplicate: boolean;
            received_at?: string;
        };
        BooleanSeries: {
            field: string;
            bucket: string;
            /** @description The time zone that was asked for */
            tz?: string;
            /** @constant */
            kind: "boolean";
            /** @description Values that were read, by their kind: `points` has those of one */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Values in the bucket */
                count: number;
                /** @description Share of true among the values, 0 to 1 */
                share_true: number;
                last: boolean;
                /** @description How often a device sent another value than the time before */
                changes: number;
                changed_at: string | null;
            }[];
        };
        Envelope: {
            /** @constant */
            type: "data";
            /** @description Id of a user: a positive integer */
            producer_id: number;
            device_id: string | null;
            /** @description Number of the log in which offsets count */
            epoch: number;
            /** @description Position in the log of its epoch */
            offset: number;
            id: string | null;
            session: string | null;
            seq: number | null;
            /** @description The device's time: RFC 3339 in UTC, with the digits that were sent, three to nine */
            timestamp: string;
            /** @description Milliseconds to add to the device's time to get the platform's */
            clock_offset_ms?: number;
            /** @description The platform's time */
            received_at: string;
            /** @description Any JSON object of at most `max_payload` bytes and 32 levels; it arrives as it was sent */
            payload: {
                [key: string]: unknown;
            };
        };
        NumberSeries: {
            field: string;
            bucket: string;
            /** @description The time zone that was asked for */
            tz?: string;
            /** @constant */
            kind: "number";
            /** @description Values that were read, by their kind: `points` has those of one */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Values in the bucket */
                count: number;
                min: number;
                max: number;
                /** @description Mean, never outside of `min` and `max` */
                avg: number;
                last: number;
                increase?: number | null;
                rate?: number | null;
            }[];
        };
        Problem: {
            /**
             * @description URI reference that names the kind of problem: `/docs/errors.md#` and the code in lower case
             * @example /docs/errors.md#mot_bad_input
             */
            type: string;
            title: string;
            status: number;
            /** @description What went wrong this time, for a person */
            detail: string;
            /** @description Stable name of the problem, for a program */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON pointer into the input */
                path: string;
                message: string;
            }[];
        };
        StringSeries: {
            field: string;
            bucket: string;
            /** @description The time zone that was asked for */
            tz?: string;
            /** @constant */
            kind: "string";
            /** @description Values that were read, by their kind: `points` has those of one */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Values in the bucket */
                count: number;
                /** @description The 20 most frequent values, the most frequent first */
                values: {
                    value: string;
                    count: number;
                }[];
                /** @description Values that are not counted in `values` */
                other: number;
                last: string;
                /** @description How often a device sent another value than the time before */
                changes: number;
                changed_at: string | null;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getData: {
        parameters: {
            query?: {
                /** @description RFC 3339 instant */
                from?: string;
                /** @description RFC 3339 instant */
                to?: string;
                /** @description Only what follows this position of the log, `<epoch>-<offset>` */
                after?: string;
                /** @description Name of a device */
                device_id?: string;
                /** @description By the place in the log, or by the device's time, corrected by its clock offset; messages of one time follow each other as in the log */
                order_by?: "received" | "device";
                order?: "asc" | "desc";
                /**
                 * @description Most messages of one page, 100 if not given; of a stream, all if not given
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of a user: a positive integer
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page as JSON; as NDJSON or CSV everything that was asked for, up to `limit` if there is one */
            200: {
                headers: {
                    /** @description Of a stream: what `complete` is on a page */
                    "motience-complete"?: boolean;
                    /** @description Of a stream: the place at which it ends, `<epoch>-<offset>`; `after` goes on from there */
                    "motience-up-to"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "type": "data",
                     *           "producer_id": 7,
                     *           "device_id": "attic-pi",
                     *           "epoch": 1,
                     *           "offset": 1042,
                     *           "id": "reading-1042",
                     *           "session": "2026-01-31T08:00:00Z",
                     *           "seq": 1042,
                     *           "timestamp": "2026-01-31T08:30:00.000Z",
                     *           "received_at": "2026-01-31T08:30:00.041Z",
                     *           "payload": {
                     *             "temperature": 21.4,
                     *             "humidity": 48
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "complete": true
                     *     }
                     */
                    "application/json": {
                        items: components["schemas"]["Envelope"][];
                        next_cursor: string | null;
                        complete: boolean;
                    };
                    /** @example {"type":"data","producer_id":7,"device_id":"attic-pi","epoch":1,"offset":1042,"id":"reading-1042","session":"2026-01-31T08:00:00Z","seq":1042,"timestamp":"2026-01-31T08:30:00.000Z","received_at":"2026-01-31T08:30:00.041Z","payload":{"temperature":21.4,"humidity":48}} */
                    "application/x-ndjson": string;
                    /**
                     * @example producer_id,device_id,epoch,offset,id,session,seq,timestamp,clock_offset_ms,received_at,payload
                     *     7,attic-pi,1,1042,reading-1042,2026-01-31T08:00:00Z,1042,2026-01-31T08:30:00.000Z,,2026-01-31T08:30:00.041Z,"{""temperature"":21.4,""humidity"":48}"
                     */
                    "text/csv": string;
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not signed in; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not signed in",
                     *       "status": 401,
                     *       "detail": "Not signed in",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed; `MOT_DSM_NOT_SUBSCRIBED`: Not an active subscriber */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Not available now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Not available now",
                     *       "status": 503,
                     *       "detail": "Not available now",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postDataBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "messages": [
                 *         {
                 *           "producer_id": 7,
                 *           "device_id": "attic-pi",
                 *           "id": "reading-1042",
                 *           "session": "2026-01-31T08:00:00Z",
                 *           "seq": 1042,
                 *           "timestamp": "2026-01-31T08:30:00.000Z",
                 *           "payload": {
                 *             "temperature": 21.4,
                 *             "humidity": 48
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    messages: {
                        /** @description Id of a user: a positive integer */
                        producer_id: number;
                        /** @description Any JSON object of at most `max_payload` bytes and 32 levels; it arrives as it was sent */
                        payload: {
                            [key: string]: unknown;
                        };
                        /** @description Name of a device */
                        device_id?: string;
                        /** @description Message id, chosen by the sender */
                        id?: string;
                        /** @description Names one run of the sender's numbering */
                        session?: string;
                        /** @description Rises within a session; one not above the last accepted is a repeat */
                        seq?: number;
                        /** @description RFC 3339 instant with at most nine digits of a second, or integer milliseconds since 1970 */
                        timestamp?: string | number;
                        /** @description Milliseconds to add to the device's time to get the platform's */
                        clock_offset_ms?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "producer_id": 7,
                     *           "epoch": 1,
                     *           "offset": 1042,
                     *           "subscriberCount": 2,
                     *           "duplicate": false,
                     *           "received_at": "2026-01-31T08:30:00.041Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        results: (components["schemas"]["Accepted"] | {
                            error: components["schemas"]["Problem"];
                        })[];
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not signed in; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not signed in",
                     *       "status": 401,
                     *       "detail": "Not signed in",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_body_too_large",
                     *       "title": "Body too large",
                     *       "status": 413,
                     *       "detail": "Body too large",
                     *       "code": "MOT_BODY_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Not available now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Not available now",
                     *       "status": 503,
                     *       "detail": "Not available now",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "producer_id": 7,
                 *       "device_id": "attic-pi",
                 *       "id": "reading-1042",
                 *       "session": "2026-01-31T08:00:00Z",
                 *       "seq": 1042,
                 *       "timestamp": "2026-01-31T08:30:00.000Z",
                 *       "payload": {
                 *         "temperature": 21.4,
                 *         "humidity": 48
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description Id of a user: a positive integer */
                    producer_id: number;
                    /** @description Any JSON object of at most `max_payload` bytes and 32 levels; it arrives as it was sent */
                    payload: {
                        [key: string]: unknown;
                    };
                    /** @description Name of a device */
                    device_id?: string;
                    /** @description Message id, chosen by the sender */
                    id?: string;
                    /** @description Names one run of the sender's numbering */
                    session?: string;
                    /** @description Rises within a session; one not above the last accepted is a repeat */
                    seq?: number;
                    /** @description RFC 3339 instant with at most nine digits of a second, or integer milliseconds since 1970 */
                    timestamp?: string | number;
                    /** @description Milliseconds to add to the device's time to get the platform's */
                    clock_offset_ms?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "producer_id": 7,
                     *       "epoch": 1,
                     *       "offset": 1042,
                     *       "subscriberCount": 2,
                     *       "duplicate": false,
                     *       "received_at": "2026-01-31T08:30:00.041Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Payload refused */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not signed in; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not signed in",
                     *       "status": 401,
                     *       "detail": "Not signed in",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_SEQ_PASSED`: Sequence number passed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_seq_passed",
                     *       "title": "Sequence number passed",
                     *       "status": 409,
                     *       "detail": "Sequence number passed",
                     *       "code": "MOT_DSM_SEQ_PASSED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_payload_too_large",
                     *       "title": "Payload too large",
                     *       "status": 413,
                     *       "detail": "Payload too large",
                     *       "code": "MOT_DSM_PAYLOAD_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Not available now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Not available now",
                     *       "status": 503,
                     *       "detail": "Not available now",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSeries: {
        parameters: {
            query: {
                /**
                 * @description A field of the payloads: a path such as `payload.cpu.usage`, `payload.cores.0` or `payload."a.b"`, or a JSON Pointer (RFC 6901) into the payload such as `/cpu/usage`
                 * @example payload.temperature
                 */
                field: string;
                /**
                 * @description Length of a bucket. Days, weeks (from Monday on) and months are those of the calendar in `tz`
                 * @example 60s
                 */
                bucket?: string;
                /** @description Time zone (IANA) of buckets of days, weeks or months, such as `Europe/Berlin`; UTC if not given */
                tz?: string;
                /** @description Only values of this kind; if not given numbers, or where there is none the kind of the last value */
                kind?: "number" | "boolean" | "string";
                /** @description Adds `increase` and `rate` of a counter that only rises, but for resets, to the points of numbers */
                fn?: "rate";
                /** @description Name of a device */
                device_id?: string;
                /** @description RFC 3339 instant */
                from?: string;
                /** @description RFC 3339 instant */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of a user: a positive integer
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "field": "payload.temperature",
                     *       "bucket": "60s",
                     *       "kind": "number",
                     *       "kinds": {
                     *         "number": 60,
                     *         "boolean": 0,
                     *         "string": 0
                     *       },
                     *       "points": [
                     *         {
                     *           "t": "2026-01-31T08:30:00.000Z",
                     *           "count": 60,
                     *           "min": 21.1,
                     *           "max": 21.6,
                     *           "avg": 21.38,
                     *           "last": 21.4
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["NumberSeries"] | components["schemas"]["BooleanSeries"] | components["schemas"]["StringSeries"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not signed in; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not signed in",
                     *       "status": 401,
                     *       "detail": "Not signed in",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed; `MOT_DSM_NOT_SUBSCRIBED`: Not an active subscriber */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Not available now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Not available now",
                     *       "status": 503,
                     *       "detail": "Not available now",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
